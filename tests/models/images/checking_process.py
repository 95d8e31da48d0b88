"""A process that checks hostile pictures and may die of one: what it was at, what came of it, seconds and bytes.

Usage: python -m tests.models.images.checking_process FOLDER FIRST STEP LAST
"""

import json
import sys
import time
from pathlib import Path

from models.errors import ErrataError
from models.images.check import check_images
from models.images.decode import decoded
from tests.helpers.processes.memory import peak_bytes
from tests.models.images.hostile_pictures import hostile_picture


def look(file: Path, data: bytes) -> dict[str, object]:
    """Check a file as an audit does, and read it as a network would."""
    file.write_bytes(data)
    before, started = peak_bytes(start_anew=True), time.process_time()
    check = check_images([file], 1)[0]
    seconds = time.process_time() - started
    try:
        with decoded(file, data, 64):
            pass
    except ErrataError as error:
        if "\n" in str(error):
            raise
    return {
        "problem": check.problem,
        "megapixels": check.width_px * check.height_px / 1e6,
        "seconds": seconds,
        "bytes": peak_bytes() - before,
    }


def main(folder: Path, first: int, step: int, last: int) -> None:
    """Look at every picture of a range."""
    for number in range(first, last, step):
        way, name, data = hostile_picture(number)
        print(json.dumps({"number": number, "way": way, "name": name}), flush=True)
        print(json.dumps(look(folder / name, data)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:5]))
