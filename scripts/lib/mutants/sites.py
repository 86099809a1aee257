"""Finds what can be mutated in a source file, by rule, over its whole syntax tree (libclang).

A site is one mutant. The rules:

  operator   < <= > >= by a boundary; == != turned; + - * / % exchanged; in SQL < <= > >= <> and AND
  condition  of if, while, for and ?: negated, a returned truth negated; an operand of && or || taken away
  constant   0 and 1 exchanged, small ones one more, large ones halved, true and false exchanged
  statement  dropped: calls, assignments, RETURN_IF_ERROR, break, continue

Left alone: what the compiler evaluates (constexpr, case labels, array bounds), numbers of SQL parameters and columns
(any test notices), macros' own text.
"""

import collections
import ctypes
import hashlib
import json
import os
import re
import shlex

from clang import cindex
from clang.cindex import CursorKind, TypeKind

Edit = collections.namedtuple("Edit", "start end before after")  # put around text[start:end]
Gap = collections.namedtuple("Gap", "start end text")  # an operator's own text, replaced

NAMESPACE = "::opgang::mutants::"
COMPARISONS = {"<": ("Less", "<="), "<=": ("LessEqual", "<"), ">": ("Greater", ">="), ">=": ("GreaterEqual", ">")}
ARITHMETIC = {"+": ("Plus", "-"), "-": ("Minus", "+"), "*": ("Times", "+"), "/": ("Over", "*"), "%": ("Rest", "/")}
EQUALITY = {"==": "!=", "!=": "=="}
SQL_WORDS = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|WHERE)\b")
SQL_OPERATOR = re.compile(r"<=|>=|<>|<|>|\bAND\b")
SQL_CHANGE = {"<=": "<", ">=": ">", "<>": "=", "<": "<=", ">": ">=", "AND": "OR"}
MACROS = ("ASSIGN_OR_RETURN(", "RETURN_IF_ERROR(")
BINDERS = re.compile(r"^(Bind\w+|Int|Blob|Text|IsNull|Null)$")
NUMBERS = {
    TypeKind.INT, TypeKind.UINT, TypeKind.LONG, TypeKind.ULONG, TypeKind.LONGLONG, TypeKind.ULONGLONG,
    TypeKind.SHORT, TypeKind.USHORT, TypeKind.DOUBLE, TypeKind.FLOAT, TypeKind.CHAR_S, TypeKind.SCHAR, TypeKind.UCHAR,
}  # fmt: skip
FUNCTIONS = {
    CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR, CursorKind.DESTRUCTOR,
    CursorKind.FUNCTION_TEMPLATE, CursorKind.CONVERSION_FUNCTION,
}  # fmt: skip
CONTAINERS = {CursorKind.NAMESPACE, CursorKind.CLASS_DECL, CursorKind.STRUCT_DECL, CursorKind.CLASS_TEMPLATE}
BLOCKS = {CursorKind.COMPOUND_STMT, CursorKind.CASE_STMT, CursorKind.DEFAULT_STMT}
LOOPS = {CursorKind.IF_STMT, CursorKind.FOR_STMT, CursorKind.WHILE_STMT, CursorKind.CXX_FOR_RANGE_STMT}
JUMPS = {CursorKind.BREAK_STMT, CursorKind.CONTINUE_STMT}


class Site:
    """One mutant of a file: where, by which rule, what becomes of what, and the edits that carry both forms."""

    def __init__(self, path, function, line, rule, change, edits):
        self.path, self.function, self.line = path, function, line
        self.rule, self.change, self.edits = rule, change, edits
        self.name = self.number = None


def compile_arguments(build):
    """For each source of the project, what the compiler is told, as in the build directory's compile_commands.json."""
    arguments = {}
    copies = os.path.join(build, "mutated") + os.sep
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    root = os.path.dirname(os.path.abspath(build))
    for command in commands:
        path = command["file"].replace(copies, root + os.sep)
        words = shlex.split(command["command"])
        kept = [word for word in words if re.match(r"-(I|D|std=)", word)]
        for i, word in enumerate(words):
            if word == "-isystem":
                kept += words[i : i + 2]
        arguments[os.path.relpath(os.path.normpath(path), root)] = kept
    return arguments


def _where(location):
    """The file and offset where this is written; the text of a macro's body is written in the macro."""
    file, line, column, offset = cindex.c_object_p(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    cindex.conf.lib.clang_getSpellingLocation(
        location, ctypes.byref(file), ctypes.byref(line), ctypes.byref(column), ctypes.byref(offset)
    )
    return (cindex.File(file).name if file else None), offset.value


class Finder:
    def __init__(self, root, path, arguments):
        self.root, self.path = root, path
        with open(os.path.join(root, path), "rb") as file:
            self.text = file.read().decode("utf-8", "surrogateescape")
        if not self.text.isascii():
            # libclang counts bytes. One character for each keeps offsets right, and is written back as it was.
            self.text = self.text.encode("utf-8", "surrogateescape").decode("latin-1")
        self.file = os.path.join(root, path)
        self.unit = cindex.Index.create().parse(self.file, args=arguments + ["-w"])
        worst = [d for d in self.unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if worst:
            raise RuntimeError(f"{path} cannot be read: {worst[0]}")
        self.sites, self.seen, self.function = [], set(), ""

    def find(self):
        self._declarations(self.unit.cursor)
        _name(self.sites)
        return self.sites

    def _declarations(self, cursor):
        for child in _children(cursor):
            if child.kind in CONTAINERS and self._here(child):
                self._declarations(child)
            elif child.kind in FUNCTIONS and self._here(child) and child.is_definition():
                self._function(child)

    def _here(self, cursor):
        location = cursor.location
        return location.file is not None and location.file.name == self.file

    def _function(self, cursor):
        self.function = cursor.spelling
        for child in _children(cursor):
            if child.kind == CursorKind.COMPOUND_STMT and not self.text_of(cursor).startswith("constexpr"):
                self._visit(child, cursor)

    # Where a node is written, if both of its ends are in this file and in the right order.
    def span(self, cursor):
        first, start = _where(cursor.extent.start)
        last, end = _where(cursor.extent.end)
        if first != self.file or last != self.file or start >= end:
            return None
        if self.text.endswith("ASSIGN_OR_RETURN(", 0, start) or self.text.startswith(MACROS, start):
            return None  # half of it is the macro's
        return start, end

    def text_of(self, cursor):
        span = self.span(cursor)
        return self.text[span[0] : span[1]] if span else ""

    def _add(self, cursor, rule, change, edits):
        start, end = self.span(cursor) if cursor else (edits[0].start, edits[0].end)
        key = (start, end, rule, change)
        if key in self.seen:
            return
        self.seen.add(key)
        line = self.text.count("\n", 0, start) + 1
        self.sites.append(Site(self.path, self.function, line, rule, change, edits))

    def _visit(self, cursor, parent):
        kind = cursor.kind
        if kind == CursorKind.STATIC_ASSERT or self._evaluated_by_compiler(cursor):
            return
        children = _children(cursor)
        self._statements(cursor, children)
        self._conditions(cursor, children)
        self._operators(cursor, children)
        self._constants(cursor, parent, children)
        skipped = 1 if kind == CursorKind.CASE_STMT else 0
        for i, child in enumerate(children):
            if i >= skipped and not self._is_number_of_column(cursor, i, child):
                self._visit(child, cursor)

    def _evaluated_by_compiler(self, cursor):
        if cursor.kind == CursorKind.DECL_STMT:
            return re.match(r"(static )?constexpr\b", self.text_of(cursor)) is not None
        return cursor.kind == CursorKind.VAR_DECL and cursor.type.kind == TypeKind.CONSTANTARRAY

    def _is_number_of_column(self, cursor, i, child):
        return (
            cursor.kind == CursorKind.CALL_EXPR
            and i == 1
            and BINDERS.match(cursor.spelling or "") is not None
            and re.fullmatch(r"\d+", self.text_of(child)) is not None
        )

    # --- statement

    def _statements(self, cursor, children):
        if cursor.kind in BLOCKS:
            candidates = children if cursor.kind == CursorKind.COMPOUND_STMT else children[-1:]
        elif cursor.kind in LOOPS:
            candidates = [child for child in children if self._is_body(child)]
        else:
            return
        for child in candidates:
            start = self._statement_start(child)
            if start is None:
                continue
            end = self.text.find(";", self._end_of(child, start))
            what = _squeeze(self.text[start : end + 1])
            self._add_at(start, end, "statement", f"dropped: {what}")

    def _is_body(self, child):
        """Of if, for and while: what stands behind the bracket or else, not what is asked."""
        start = self._statement_start(child)
        return start is not None and re.search(r"(\)|\belse)\s*$", self.text[:start][-200:]) is not None

    def _add_at(self, start, end, rule, change):
        key = (start, end, rule, change)
        if key not in self.seen and end > start:
            self.seen.add(key)
            line = self.text.count("\n", 0, start) + 1
            edit = Edit(start, end + 1, "if (%ON%) {} else ", "")
            self.sites.append(Site(self.path, self.function, line, rule, change, [edit]))

    def _statement_start(self, child):
        span = self.span(child)
        if child.kind in JUMPS or child.kind.is_expression():
            return span[0] if span and not self.text.startswith("(void)", span[0]) else None
        if child.kind == CursorKind.DO_STMT and span is None:
            location = child.extent.start  # cindex tells where the macro was written
            if location.file and location.file.name == self.file:
                return location.offset if self.text.startswith("RETURN_IF_ERROR(", location.offset) else None
        return None

    def _end_of(self, child, start):
        span = self.span(child)
        if span:
            return span[1]
        depth = 0
        for i in range(start, len(self.text)):
            depth += {"(": 1, ")": -1}.get(self.text[i], 0)
            if self.text[i] == ")" and depth == 0:
                return i + 1
        return start

    # --- condition

    def _condition(self, children):
        """The condition of a statement whose body comes last; none where it declares a variable."""
        heads = [child for child in children if child.kind.is_expression()]
        declared = [child for child in children if child.kind == CursorKind.VAR_DECL]
        return heads[0] if heads and not declared else None

    def _conditions(self, cursor, children):
        kind, condition = cursor.kind, None
        if kind in (CursorKind.IF_STMT, CursorKind.WHILE_STMT):
            condition = self._condition(children)
        elif kind == CursorKind.CONDITIONAL_OPERATOR:
            condition = children[0]
        elif kind == CursorKind.FOR_STMT:
            condition = next((c for c in children if c.kind.is_expression() and self._is_truth(c)), None)
        elif kind == CursorKind.RETURN_STMT and children and self._is_truth(children[0]):
            condition = children[0]
        if condition is None or not self.span(condition) or self._is_simple(condition):
            return
        if self.text_of(condition) in ("true", "false"):
            return
        start, end = self.span(condition)
        edit = Edit(start, end, NAMESPACE + "Flip(%N%, static_cast<bool>(", "))")
        self._add(condition, "condition", f"negated: {_squeeze(self.text[start:end])}", [edit])

    def _is_truth(self, cursor):
        return cursor.type.get_canonical().kind == TypeKind.BOOL

    def _is_simple(self, cursor):
        """One == or !=, which the operator's rule turns."""
        while cursor.kind in (CursorKind.UNEXPOSED_EXPR, CursorKind.PAREN_EXPR):
            children = _children(cursor)
            if len(children) != 1:
                break
            cursor = children[0]
        parts = self._parts(cursor, _children(cursor))
        return parts is not None and parts[1] in EQUALITY

    # --- operator

    def _parts(self, cursor, children):
        """Left side, operator, right side, where this node is a binary operation, built-in or overloaded."""
        span = self.span(cursor)
        if span is None or not cursor.kind.is_expression():
            return None
        sides = [(child, self.span(child)) for child in children]
        left = next((side for side in sides if side[1] and side[1][0] == span[0] and side[1] != span), None)
        right = next((side for side in reversed(sides) if side[1] and side[1][1] == span[1] and side[1] != span), None)
        if left is None or right is None or left[1][1] > right[1][0]:
            return None
        return left, self.text[left[1][1] : right[1][0]].strip(), right

    def _operators(self, cursor, children):
        parts = self._parts(cursor, children)
        if parts is None:
            return
        left, operator, right = parts
        if operator in ("&&", "||"):
            self._operand(left, operator)
            self._operand(right, operator)
        elif operator in EQUALITY:
            self._equality(cursor, operator, left, right)
        elif operator in COMPARISONS or (operator in ARITHMETIC and self._countable(cursor, left[0], right[0])):
            self._exchange(cursor, operator, left, right)

    def _operand(self, side, operator):
        child, (start, end) = side
        inner = self._parts(child, _children(child))
        if inner is not None and inner[1] == operator:
            return  # its own operands are looked at by themselves
        text = _squeeze(self.text[start:end])
        after = ") || %ON%)" if operator == "&&" else ") && !%ON%)"
        taken = "true" if operator == "&&" else "false"
        self._add(child, "condition", f"taken as {taken}: {text}", [Edit(start, end, "((", after)])

    def _equality(self, cursor, operator, left, right):
        start, end = self.span(cursor)
        change = f"{operator} -> {EQUALITY[operator]}: {_squeeze(self.text[start:end])}"
        self._add(cursor, "operator", change, [Edit(start, end, NAMESPACE + "Flip(%N%, (", "))")])

    def _exchange(self, cursor, operator, left, right):
        start, end = self.span(cursor)
        function, other = (COMPARISONS.get(operator) or ARITHMETIC.get(operator))
        edits = [
            Edit(start, end, NAMESPACE + function + "(%N%, ", ")"),
            Gap(left[1][1], right[1][0], ","),
        ]
        change = f"{operator} -> {other}: {_squeeze(self.text[start:end])}"
        self._add(cursor, "operator", change, edits)

    def _countable(self, cursor, left, right):
        result, other = cursor.type.get_canonical(), right.type.get_canonical()
        if result.kind in NUMBERS:
            return left.type.get_canonical().kind in NUMBERS and other.kind in NUMBERS
        return _is(result, "Duration", "Time") and _is(other, "Duration")

    # --- constant

    def _constants(self, cursor, parent, children):
        span = self.span(cursor)
        if span is None:
            return
        start, end = span
        text = self.text[start:end]
        if cursor.kind == CursorKind.INTEGER_LITERAL and re.fullmatch(r"\d+[uUlL]*", text):
            self._constant(cursor, start, end, text)
        elif cursor.kind == CursorKind.CXX_BOOL_LITERAL_EXPR and not self._is_assigned(parent):
            edit = Edit(start, end, NAMESPACE + "Flip(%N%, ", ")")
            self._add(cursor, "constant", f"{text} turned: {self._line_of(start)}", [edit])
        elif cursor.kind == CursorKind.DECL_REF_EXPR and re.fullmatch(r"k[A-Z]\w+", text):
            type_ = cursor.type.get_canonical()
            if type_.kind in NUMBERS or _is(type_, "Duration"):
                self._constant(cursor, start, end, text)
        elif cursor.kind == CursorKind.STRING_LITERAL and SQL_WORDS.search(text):
            self._sql(cursor, start, end, text)

    def _is_assigned(self, parent):
        """flag = true; alone: dropping the statement is the same mutant."""
        parts = self._parts(parent, _children(parent))
        return parts is not None and parts[1] == "="

    def _line_of(self, start):
        """A bare constant says little: the line names it."""
        begin = self.text.rfind("\n", 0, start) + 1
        end = self.text.find("\n", start)
        return _squeeze(self.text[begin:end])

    def _constant(self, cursor, start, end, text):
        digits = re.sub(r"\D", "", text)
        value = int(digits) if digits and text[0].isdigit() else None
        other = {None: "another", 0: "1", 1: "0"}.get(value) or (str(value + 1) if value <= 16 else str(value // 2))
        edit = Edit(start, end, NAMESPACE + "Constant(%N%, ", ")")
        self._add(cursor, "constant", f"{text} -> {other}: {self._line_of(start)}", [edit])

    def _sql(self, cursor, start, end, text):
        pieces = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
        whole = "".join(pieces)
        for match in SQL_OPERATOR.finditer(whole):
            before = whole[: match.start()]
            if match.group() == "AND" and re.search(r"BETWEEN \S+ $", before):
                continue
            other = whole[: match.start()] + SQL_CHANGE[match.group()] + whole[match.end() :]
            around = whole[max(0, match.start() - 24) : match.end() + 24]
            change = f"SQL {match.group()} -> {SQL_CHANGE[match.group()]}: ...{_squeeze(around)}..."
            edit = Edit(start, end, f'(%ON% ? "{other}" : ', ")")
            key = (start, match.start())
            if key not in self.seen:
                self.seen.add(key)
                line = self.text.count("\n", 0, start) + 1
                self.sites.append(Site(self.path, self.function, line, "operator", change, [edit]))


def _children(cursor):
    found = []
    for child in cursor.get_children():
        try:
            child.kind  # libclang knows kinds that its Python has no name for
        except ValueError:
            continue
        found.append(child)
    return found


def _is(type_, *names):
    return any(re.search(rf"\babsl::(\w+::)?{name}$", type_.spelling) for name in names)


def _squeeze(text):
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= 110 else text[:70] + " ... " + text[-34:]


def _name(sites):
    """A short name that outlives other edits of the file: of the function, the rule and the change, not the line."""
    times = collections.Counter()
    for site in sites:
        key = (site.path, site.function, site.rule, site.change)
        times[key] += 1
        words = "\0".join(key) + f"\0{times[key]}"
        site.name = hashlib.sha1(words.encode()).hexdigest()[:8]


def mutated(text, sites):
    """The copy with all of a file's mutants in it. Lines stay where they were."""
    opens, closes, gaps = collections.defaultdict(list), collections.defaultdict(list), {}
    for order, site in enumerate(sites):
        for edit in site.edits:
            if isinstance(edit, Gap):
                gaps[edit.start] = edit
                continue
            before, after = (
                part.replace("%ON%", f"{NAMESPACE}On({site.number})").replace("%N%", str(site.number))
                for part in (edit.before, edit.after)
            )
            opens[edit.start].append((-edit.end, order, before))
            closes[edit.end].append((-edit.start, -order, after))
    out, i = [], 0
    while i <= len(text):
        out += [after for _, _, after in sorted(closes.get(i, ()))]
        if i in gaps:
            gap = gaps[i]
            newlines = text[gap.start : gap.end].count("\n")
            out.append(gap.text + "\n" * newlines + " ")
            i = gap.end
            out += [after for _, _, after in sorted(closes.get(i, ()))]
        out += [before for _, _, before in sorted(opens.get(i, ()))]
        out.append(text[i : i + 1])
        i += 1
    return "".join(out)
