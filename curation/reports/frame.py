"""The frame of a report: one page that needs nothing but itself."""

from html import escape

# Nothing is loaded and no script runs, whatever a file name may say.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def framed(
    title: str,
    kind: str,
    about: str,
    sections: dict[str, str],
    navigation: dict[str, str],
    style: str,
    refresh_s: int | None = None,
) -> str:
    """Return the whole page.

    Args:
        title: plain text.
        kind: what is reported, plain text.
        about: a line under the title, HTML.
        sections: anchor -> HTML; an empty one is left out of the navigation.
        navigation: anchor -> its name there.
        style: the style sheet.
        refresh_s: seconds after which a browser reads the page again; None = never.
    """
    links = "".join(f'<a href="#{key}">{navigation[key]}</a>' for key, part in sections.items() if part)
    refresh = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    shown = escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">{refresh}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{shown} | {escape(kind)}</title><style>{style}</style></head><body>"
        f"<header><p class=brand>Errata · {escape(kind)}</p><h1>{shown}</h1><p class=meta>{about}</p></header>"
        f"<nav>{links}</nav><main>{''.join(sections.values())}</main></body></html>\n"
    )
