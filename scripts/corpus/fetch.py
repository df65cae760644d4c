"""Fetches source distributions by the index that pip is set up for, and unpacks them; none of their code is run.

    fetch.py FOLDER NAME[==VERSION] …      prints name, version, unpacked bytes; one line each

pip itself would run a package's build to read its metadata, so its finder is used and nothing else of it.
"""

import os
import shutil
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor

from pip._internal.commands import create_command
from pip._internal.models.format_control import FormatControl
from pip._vendor.packaging.requirements import Requirement

MOST = 60_000_000


def main() -> None:
    folder, *wanted = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    command = create_command("download")
    options, _ = command.parse_args([])
    options.format_control = FormatControl(no_binary={":all:"}, only_binary=set())
    with command.main_context():
        session = command._build_session(options)
        finder = command._build_package_finder(options, session, ignore_requires_python=True)
        with ThreadPoolExecutor(4) as pool:
            for line in pool.map(lambda text: fetched(text, folder, finder, session), wanted):
                print(line, flush=True)


def fetched(text: str, folder: str, finder, session) -> str:
    requirement = Requirement(text)
    try:
        best = finder.find_best_candidate(requirement.name, requirement.specifier).best_candidate
        if best is None or best.link.is_wheel:
            return f"{text}\tno source distribution\t0"
        place = os.path.join(folder, f"{requirement.name}-{best.version}")
        if not os.path.isdir(place):
            unpack(session.get(best.link.url_without_fragment, stream=True), place)
        return f"{requirement.name}\t{best.version}\t{size_of(place)}"
    except Exception as error:
        return f"{text}\t{type(error).__name__}: {error}\t0"


def unpack(response, place: str) -> None:
    fresh = f"{place}.part"
    shutil.rmtree(fresh, ignore_errors=True)
    archive = f"{place}.tar.gz"
    with open(archive, "wb") as file:
        for piece in response.iter_content(1 << 16):
            file.write(piece)
    with tarfile.open(archive) as tar:
        tar.extractall(fresh, filter="data")
    os.remove(archive)
    inner = [os.path.join(fresh, name) for name in os.listdir(fresh)]
    os.rename(inner[0] if len(inner) == 1 else fresh, place)
    shutil.rmtree(fresh, ignore_errors=True)
    if size_of(place) > MOST:
        raise ValueError(f"larger than {MOST} bytes")


def size_of(place: str) -> int:
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(place) for name in names)


if __name__ == "__main__":
    main()
