"""A made-up replay case, written to a folder."""

import json


def write_case(root, chance, number):
    names = ["alpha", "beta", "gamma", "delta"]
    calls = [f"{chance.choice(names)}({chance.randint(0, 9)}, '{chance.choice(names)}')  # note\n" for _ in range(12)]
    info = {
        "id": f"case{number}", "repo": "r", "language": "python", "subject": "s", "kind": "k", "difficulty": 1,
        "changed": [f"m{i}.py" for i in range(5)], "examples": ["m0.py", "m1.py"], "examples_1": ["m0.py"],
        "distractors": ["d.py"], "core_files": ["m2.py"],
    }  # fmt: skip
    folder = root / info["id"]
    files = {"distractors/d.py": "".join(calls)}
    for path in info["changed"]:
        body = "".join(chance.sample(calls, 8))
        files[f"before/{path}"] = body
        files[f"after/{path}"] = body.replace("alpha(", "ALPHA(key=").replace(", 'beta'", "").replace("gamma", "g.g")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "case.json").write_text(json.dumps(info))
    return folder
