"""C++ source with its comments, and if asked its literals, blanked out: same lines, same columns."""

import re

_TOKEN = re.compile(
    r'(?P<comment>//(?:\\\n|[^\n])*|/\*.*?(?:\*/|\Z))'
    r'|(?P<raw>\b(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")'
    r'|(?P<include>^[ \t]*\#[ \t]*include[^\n]*)'
    # A quote after a letter or digit separates digits, as in 1'000'000.
    r"|(?P<literal>\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*')",
    re.DOTALL | re.MULTILINE)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def code(text, literals=False):
    """The text without comments, and without the insides of literals unless they are asked for. Include lines stay
    whole, raw string literals are always blanked."""

    def replace(match):
        if match["comment"] is not None or match["raw"] is not None:
            return _blank(match[0])
        if match["include"] is not None:
            return re.sub(r"//.*|/\*.*?\*/", lambda comment: _blank(comment[0]), match[0])
        if literals:
            return match[0]
        return match[0][0] + " " * (len(match[0]) - 2) + match[0][-1]

    return _TOKEN.sub(replace, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1
