"""Landscapes: a deep network with and without shortcuts, and the test images whose labels are wrong.

The study trained a residual network on landscape photographs and saw that some of its surest "errors" on the test
images were errors of the labels. Run it on the drawn scenes, or on your own folder with --data.
"""

from curation import AuditConfig, Workspace, issue_rows, open_dataset, run_audit, wrong_labels_of
from examples.study import options, run, show, train_by_recipe


def main() -> None:
    """Train both networks, then judge every label by networks that did not learn from it."""
    asked = options(__doc__, "scenes")
    show(asked, [train_by_recipe(asked, "landscape-plain"), train_by_recipe(asked, "landscape-residual")])

    workspace = Workspace.from_environment()
    spec, rows = open_dataset(asked.data, workspace, seed=0)
    config = AuditConfig(architectures=("efficientnet_lite0",), cams_per_split=10)
    audit = run_audit(workspace, spec, rows, config)
    print("the ten most suspicious labels of the test images:\n")
    print("| image | label | suggested | label quality |\n|---|---|---|---|")
    for image_id, _, label, suggested, quality, _ in issue_rows(audit, "test")[:10]:
        print(f"| {image_id} | {label} | {suggested or label} | {quality} |")
    print(f"\n{wrong_labels_of(workspace, audit).sentence()}")
    print(f"the report, with their Grad-CAM maps: {workspace.reports / audit.name / 'report.html'}")


if __name__ == "__main__":
    run(main)
