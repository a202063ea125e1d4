"""Reads FEEL text into a syntax tree: precedence climbing over tokens, names by longest match.

Precedence, loosest first: ``or``; ``and``; comparisons, ``between``, ``in``, ``instance of``; ``+ -``; ``* /``; ``**``;
unary minus; then paths, filters and invocations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal, Overflow

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.feel import syntax
from chengshu.engines.cases.feel.errors import FeelError, FeelLimit
from chengshu.engines.cases.feel.names import Names
from chengshu.engines.cases.feel.numbers import NUMBERS
from chengshu.engines.cases.feel.tokens import KEYWORDS, Token, string_value, tokens_of
from chengshu.foundation.errors import Words

MOST_CHARACTERS = 50_000
"""Length of the longest expression that is read."""
DEEPEST_NESTING = 60
"""Brackets and keywords within each other."""
DEEPEST_TREE = 150
"""Operators applied to the result of operators; bounds the depth of every later walk over the tree."""

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_COMPARING = 3
_LEVELS = {
    "or": 1,
    "and": 2,
    **dict.fromkeys((*_COMPARISONS, "between", "in", "instance"), _COMPARING),
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "**": 6,
}
"""How tightly each infix operator binds."""
_NAME_SYMBOLS = frozenset("+-*/.'") | {"**"}
_TYPE_NAMES = Names(
    (
        "date and time",
        "days and time duration",
        "years and months duration",
        "day-time duration",
        "year-month duration",
    )
)
_PROPERTY_NAMES = ("time offset", "start included", "end included")


class Parser:
    """One reading of one text.

    :param names: what is in scope: inputs, functions; names with blanks must be here to be recognised surely
    :param members: names of entries and components that may follow a dot
    """

    def __init__(self, text: str, names: Iterable[str] = (), members: Iterable[str] = ()) -> None:
        if len(text) > MOST_CHARACTERS:
            raise FeelLimit(
                _("The expression is longer than %(count)d characters.") % {"count": MOST_CHARACTERS}
            )
        self._text = text
        self._tokens = tokens_of(text)
        self._index = 0
        self._nesting = 0
        self._scopes = [Names(names)]
        self._members = Names((*members, *_PROPERTY_NAMES, *self._keys_written()))
        self._uses_input = False
        self._depths: dict[int, int] = {}

    # ---- entrances -------------------------------------------------------------------------------------------

    def expression(self) -> syntax.Node:
        """The whole text as one expression."""
        node = self._expression()
        self._expect_end()
        return node

    def unary_tests(self) -> syntax.Node:
        """The whole text as the cell of a decision table."""
        start = self._token.start
        if self._is("-") and self._tokens[self._index + 1].kind == "end":
            return syntax.AnyTest(start)
        negated = self._token.text == "not" and self._closes_at_end(self._index + 1)
        if negated:
            self._index += 2
        tests = self._positive_tests()
        if negated:
            self._take(")")
        self._expect_end()
        return syntax.Tests(start, tests, negated)

    # ---- tokens ----------------------------------------------------------------------------------------------

    @property
    def _token(self) -> Token:
        return self._tokens[self._index]

    def _is(self, *texts: str) -> bool:
        token = self._token
        return token.text in texts and token.kind != "string"

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self._index += 1
            return True
        return False

    def _take(self, text: str) -> Token:
        token = self._token
        if not self._is(text):
            raise self._error(_("“%(wanted)s” is missing here.") % {"wanted": text})
        self._index += 1
        return token

    def _expect_end(self) -> None:
        if self._token.kind != "end":
            raise self._error(_("The expression should end here; “%(text)s” does not fit."))

    def _error(self, message: Words, token: Token | None = None) -> FeelError:
        token = token or self._token
        if token.kind == "end":
            message = _("The expression ends too early.")
        elif token.kind == "other" and token.text == '"':
            message = _("This text in quotation marks is not closed.")
        elif token.kind == "other":
            message = _("The character “%(text)s” cannot stand here.")
        return FeelError(
            message % {"text": token.text} if "%(text)s" in str(message) else message,
            text=self._text,
            position=token.start,
            code="feel.syntax",
        )

    def _closes_at_end(self, index: int) -> bool:
        """Whether the bracket at ``index`` is closed by the very last token."""
        if self._tokens[index].text != "(":
            return False
        depth = 0
        for position, token in enumerate(self._tokens[index:-1], index):
            if token.kind == "operator":
                depth += (token.text in "([{") - (token.text in ")]}")
            if depth == 0:
                return position == len(self._tokens) - 2
        return False

    def _keys_written(self) -> list[str]:
        """Every name before a colon: keys of contexts, which may stand after a dot elsewhere in the text."""
        keys = []
        for index, token in enumerate(self._tokens):
            if token.kind != "operator" or token.text not in ("{", ","):
                continue
            following = self._tokens[index + 1]
            found = self._name_before(":", index + 1) if following.kind == "name" else None
            if found:
                keys.append(found[0])
            elif following.kind == "string" and self._tokens[index + 2].text == ":":
                keys.append(string_value(following.text))
        return keys

    # ---- depth -----------------------------------------------------------------------------------------------

    @contextmanager
    def _nested(self) -> Iterator[None]:
        self._nesting += 1
        if self._nesting > DEEPEST_NESTING:
            raise FeelLimit(
                _("The expression is nested too deeply."), text=self._text, position=self._token.start
            )
        yield
        self._nesting -= 1

    def _on_top_of(self, node: syntax.Node, *parts: syntax.Node) -> syntax.Node:
        """``node``, remembered to be one higher than the highest of its parts."""
        height = 1 + max(self._depths.get(id(part), 0) for part in parts)
        if height > DEEPEST_TREE:
            raise FeelLimit(_("The expression is nested too deeply."), text=self._text, position=node.at)
        self._depths[id(node)] = height
        return node

    # ---- expressions -----------------------------------------------------------------------------------------

    def _expression(self, lowest: int = 1) -> syntax.Node:
        with self._nested():
            return self._climb(lowest)

    def _climb(self, lowest: int) -> syntax.Node:
        """Operands joined by operators that bind at least as tightly as level ``lowest``."""
        left = self._unary()
        while (level := _LEVELS.get(self._token.text, 0)) >= lowest:
            left = self._joined(left, level)
        return left

    def _joined(self, left: syntax.Node, level: int) -> syntax.Node:
        token = self._token
        if token.text in ("and", "or"):
            return self._logic(left, level)
        if token.text == "instance":
            return self._on_top_of(self._instance_of(left), left)
        self._index += 1
        if token.text == "between":
            return self._between(token.start, left)
        if token.text == "in":
            return self._on_top_of(self._in(token.start, left), left)
        if token.text in ("=", "!=") and self._is("<", "<=", ">", ">="):
            right = self._one_sided_range()
        else:
            right = self._climb(level + 1)
        make = syntax.Comparison if level == _COMPARING else syntax.Arithmetic
        return self._on_top_of(make(token.start, token.text, left, right), left, right)

    def _one_sided_range(self) -> syntax.Node:
        """The range that ``>= 2`` is when something is compared with it."""
        token = self._token
        self._index += 1
        endpoint = self._climb(_COMPARING + 1)
        return self._on_top_of(syntax.OneSided(token.start, token.text, endpoint), endpoint)

    def _logic(self, first: syntax.Node, level: int) -> syntax.Node:
        token, parts = self._token, [first]
        while self._accept(token.text):
            parts.append(self._climb(level + 1))
        return self._on_top_of(syntax.Logic(token.start, token.text, tuple(parts)), *parts)

    def _between(self, at: int, value: syntax.Node) -> syntax.Node:
        low = self._climb(_COMPARING + 1)
        self._take("and")
        high = self._climb(_COMPARING + 1)
        return self._on_top_of(syntax.Between(at, value, low, high), value, low, high)

    def _instance_of(self, value: syntax.Node) -> syntax.Node:
        at = self._take("instance").start
        self._take("of")
        return syntax.InstanceOf(at, value, self._type())

    def _unary(self) -> syntax.Node:
        token = self._token
        if not self._accept("-"):
            return self._postfix(self._primary())
        with self._nested():
            operand = self._unary()
        if isinstance(operand, syntax.Literal) and isinstance(operand.value, Decimal):
            return syntax.Literal(token.start, NUMBERS.minus(operand.value))
        return self._on_top_of(syntax.Negation(token.start, operand), operand)

    def _postfix(self, node: syntax.Node) -> syntax.Node:
        while (token := self._token).kind == "operator":
            if token.text == "." and self._tokens[self._index + 1].kind == "name":
                self._index += 1
                node = self._on_top_of(syntax.Path(token.start, node, self._member()), node)
            elif token.text == "[" and self._begins_expression(self._index + 1):
                self._index += 1
                test = self._expression()
                self._take("]")
                node = self._on_top_of(syntax.Filter(token.start, node, test), node, test)
            elif token.text == "(":
                node = self._on_top_of(self._call(node), node)
            else:
                break
        return node

    def _begins_expression(self, index: int) -> bool:
        """False for what can only follow a closing ``[`` of a range such as ``]1..5[``."""
        token = self._tokens[index]
        if token.kind == "operator":
            return token.text in ("(", "[", "{", "-", "@", "]", "<", "<=", ">", ">=", "=", "!=")
        if token.kind in ("number", "string"):
            return True
        return token.kind == "name" and token.text not in KEYWORDS - {
            "if",
            "for",
            "some",
            "every",
            "function",
        }

    # ---- primaries -------------------------------------------------------------------------------------------

    def _primary(self) -> syntax.Node:
        token = self._token
        if token.kind == "number":
            self._index += 1
            return syntax.Literal(token.start, self._number(token))
        if token.kind == "string":
            self._index += 1
            return syntax.Literal(token.start, string_value(token.text))
        if token.kind == "name":
            return self._name_or_keyword()
        if token.kind == "operator":
            reader = {
                "(": self._parenthesis,
                "[": self._bracket,
                "]": self._open_interval,
                "{": self._context,
                "@": self._at_literal,
            }.get(token.text)
            if reader:
                return reader()
        raise self._error(_("A value is missing before “%(text)s”."))

    def _number(self, token: Token) -> Decimal:
        try:
            return NUMBERS.create_decimal(token.text)
        except Overflow:
            raise self._error(_("“%(text)s” is larger than any number here."), token) from None

    def _at_literal(self) -> syntax.Node:
        at = self._take("@").start
        token = self._token
        if token.kind != "string":
            raise self._error(_("After “@” comes a date, time or duration in quotation marks."))
        self._index += 1
        return syntax.AtLiteral(at, string_value(token.text))

    def _name_or_keyword(self) -> syntax.Node:
        token = self._token
        name, length = self._known_name()
        if token.text in KEYWORDS and length < 2:
            return self._keyword()
        if length == 0 and token.text in ("true", "false", "null"):
            self._index += 1
            return syntax.Literal(token.start, {"true": True, "false": False}.get(token.text))
        if length:
            self._index += length
        else:
            name = self._unknown_name()
        if name == "?":
            self._uses_input = True
        return syntax.Name(token.start, name, length > 0)

    def _keyword(self) -> syntax.Node:
        token = self._token
        readers = {
            "if": self._if,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
            "function": self._function,
        }
        if token.text not in readers:
            raise self._error(_("A value is missing before “%(text)s”."))
        with self._nested():
            return readers[token.text]()

    def _known_name(self) -> tuple[str, int]:
        found, longest = "", 0
        for names in (*self._scopes, _BUILT_IN_NAMES, self._members):
            name, length = names.match(self._tokens, self._index)
            if length > longest and (length > 1 or names not in (_BUILT_IN_NAMES, self._members)):
                found, longest = name, length
        return found, longest

    def _unknown_name(self) -> str:
        """A name that nothing announced: neighbouring words belong together, as nothing else may follow a word."""
        words = [self._token.text]
        self._index += 1
        while self._token.kind == "name" and self._token.text not in KEYWORDS and words[0] != "?":
            words.append(self._token.text)
            self._index += 1
        return " ".join(words)

    def _member(self) -> str:
        name, length = self._members.match(self._tokens, self._index)
        if length:
            following = self._tokens[self._index + length]
            if not (following.kind == "name" and following.text not in KEYWORDS):
                self._index += length
                return name
        return self._unknown_name()

    def _name_before(self, stop: str, index: int) -> tuple[str, int] | None:
        """The text from ``index`` to the token ``stop`` as a name, with the stop's index; None if it is none."""
        start = index
        while True:
            token = self._tokens[index]
            if token.text == stop and token.kind in ("operator", "name"):
                break
            if token.kind not in ("name", "number") and token.text not in _NAME_SYMBOLS:
                return None
            index += 1
        if index == start:
            return None
        source = self._text[self._tokens[start].start : self._tokens[index - 1].end]
        return " ".join(source.split()), index

    @contextmanager
    def _in_scope(self, *names: str) -> Iterator[None]:
        self._scopes.append(Names(names))
        yield
        self._scopes.pop()

    # ---- brackets --------------------------------------------------------------------------------------------

    def _parenthesis(self) -> syntax.Node:
        at = self._take("(").start
        if self._token.kind == "operator" and self._token.text in _COMPARISONS:
            node = self._one_sided(at)
            self._take(")")
            return node
        first = self._expression()
        if self._accept(".."):
            return self._interval_end(at, first, low_included=False)
        self._take(")")
        return first

    def _bracket(self) -> syntax.Node:
        at = self._take("[").start
        if self._accept("]"):
            return syntax.ListOf(at, ())
        items = [self._list_item()]
        if self._accept(".."):
            return self._interval_end(at, items[0], low_included=True)
        while self._accept(","):
            items.append(self._list_item())
        self._take("]")
        return syntax.ListOf(at, tuple(items))

    def _list_item(self) -> syntax.Node:
        if self._token.kind == "operator" and self._token.text in _COMPARISONS:
            return self._one_sided(self._token.start)
        return self._expression()

    def _open_interval(self) -> syntax.Node:
        at = self._take("]").start
        low = self._climb(_COMPARING + 1)
        self._take("..")
        return self._interval_end(at, low, low_included=False)

    def _interval_end(self, at: int, low: syntax.Node, *, low_included: bool) -> syntax.Node:
        with self._nested():
            high = self._climb(_COMPARING + 1)
        closing = self._token
        if closing.kind != "operator" or closing.text not in ("]", ")", "["):
            raise self._error(_("A range ends with “]”, “)” or “[”."))
        self._index += 1
        return syntax.Interval(at, low, high, low_included, closing.text == "]")

    def _one_sided(self, at: int) -> syntax.OneSided:
        operator = self._token.text
        self._index += 1
        with self._nested():
            return syntax.OneSided(at, operator, self._climb(_COMPARING + 1))

    def _context(self) -> syntax.Node:
        at = self._take("{").start
        entries: list[tuple[str, syntax.Node]] = []
        with self._in_scope():
            while not self._is("}"):
                key = self._key()
                self._take(":")
                entries.append((key, self._expression()))
                self._scopes[-1].add(key)
                if not self._accept(","):
                    break
        self._take("}")
        return syntax.ContextOf(at, tuple(entries))

    def _key(self) -> str:
        token = self._token
        if token.kind == "string":
            self._index += 1
            return string_value(token.text)
        found = self._name_before(":", self._index)
        if token.kind != "name" or not found:
            raise self._error(_("A context needs a name before each “:”."))
        self._index = found[1]
        return found[0]

    # ---- invocations -----------------------------------------------------------------------------------------

    def _call(self, function: syntax.Node) -> syntax.Node:
        at = self._take("(").start
        arguments: list[syntax.Node] = []
        names: list[str] = []
        while not self._is(")"):
            name = self._name_before(":", self._index) if self._token.kind == "name" else None
            if name:
                names.append(name[0])
                self._index = name[1] + 1
            arguments.append(self._list_item())
            if not self._accept(","):
                break
        self._take(")")
        if names and len(names) != len(arguments):
            raise FeelError(
                _("Either all arguments have a name or none."),
                text=self._text,
                position=at,
                code="feel.syntax",
            )
        return syntax.Call(function.at, function, tuple(arguments), tuple(names))

    # ---- unary tests -----------------------------------------------------------------------------------------

    def _in(self, at: int, value: syntax.Node) -> syntax.In:
        if self._is("(") and not self._is_interval():
            self._index += 1
            tests = self._positive_tests()
            self._take(")")
            return syntax.In(at, value, syntax.Tests(at, tests))
        test = self._positive_test(_COMPARING + 1)
        domain = test.expression if isinstance(test, syntax.Test) else None
        return syntax.In(at, value, syntax.Tests(at, (test,)), domain)

    def _is_interval(self) -> bool:
        """Whether the parenthesis here contains ``..`` at its own level."""
        depth = 0
        for token in self._tokens[self._index :]:
            if token.kind != "operator":
                continue
            depth += (token.text in "([{") - (token.text in ")]}")
            if depth == 0:
                return False
            if depth == 1 and token.text == "..":
                return True
        return False

    def _positive_tests(self) -> tuple[syntax.Node, ...]:
        tests = [self._positive_test()]
        while self._accept(","):
            tests.append(self._positive_test())
        return tuple(tests)

    def _positive_test(self, lowest: int = 1) -> syntax.Node:
        """One test; its operators bind at least as tightly as level ``lowest``."""
        token = self._token
        if token.kind == "operator" and token.text in _COMPARISONS:
            return self._one_sided(token.start)
        outside, self._uses_input = self._uses_input, False
        expression = self._expression(lowest)
        test = syntax.Test(token.start, expression, self._uses_input)
        self._uses_input = outside or self._uses_input
        return test

    # ---- keywords --------------------------------------------------------------------------------------------

    def _if(self) -> syntax.Node:
        at = self._take("if").start
        condition = self._expression()
        self._take("then")
        then = self._expression()
        self._take("else")
        return syntax.If(at, condition, then, self._expression())

    def _for(self) -> syntax.Node:
        at = self._take("for").start
        iterators = self._iterators("return")
        with self._in_scope(*(iterator.name for iterator in iterators), "partial"):
            return syntax.For(at, iterators, self._expression())

    def _quantified(self) -> syntax.Node:
        token = self._token
        self._index += 1
        iterators = self._iterators("satisfies")
        with self._in_scope(*(iterator.name for iterator in iterators)):
            return syntax.Quantified(token.start, token.text == "every", iterators, self._expression())

    def _iterators(self, stop: str) -> tuple[syntax.Iterator, ...]:
        found: list[syntax.Iterator] = []
        with self._in_scope():
            while True:
                found.append(self._iterator())
                self._scopes[-1].add(found[-1].name)
                if not self._accept(","):
                    break
        self._take(stop)
        return tuple(found)

    def _iterator(self) -> syntax.Iterator:
        token = self._token
        name = self._name_before("in", self._index)
        if token.kind != "name" or not name:
            raise self._error(_("A name and “in” are missing here."))
        self._index = name[1] + 1
        domain = self._list_item()
        end = self._expression() if self._accept("..") else None
        return syntax.Iterator(token.start, name[0], domain, end)

    def _function(self) -> syntax.Node:
        at = self._take("function").start
        self._take("(")
        parameters: list[tuple[str, syntax.TypeName | None]] = []
        while not self._is(")"):
            parameters.append(self._parameter())
            if not self._accept(","):
                break
        self._take(")")
        external = self._accept("external")
        with self._in_scope(*(name for name, _type in parameters)):
            return syntax.FunctionOf(at, tuple(parameters), self._expression(), external)

    def _parameter(self) -> tuple[str, syntax.TypeName | None]:
        for stop in (":", ",", ")"):
            found = self._name_before(stop, self._index)
            if found:
                self._index = found[1]
                return found[0], self._type() if self._accept(":") else None
        raise self._error(_("A parameter needs a name."))

    # ---- types -----------------------------------------------------------------------------------------------

    def _type(self) -> syntax.TypeName:
        with self._nested():
            token = self._token
            if token.kind != "name":
                raise self._error(_("A type is missing here."))
            if token.text in ("list", "range", "context", "function"):
                return self._constructed_type()
            return syntax.TypeName(token.start, self._type_name())

    def _constructed_type(self) -> syntax.TypeName:
        token = self._token
        self._index += 1
        if not self._accept("<"):
            return syntax.TypeName(token.start, token.text)
        if token.text == "context":
            parts = self._type_parts(named=True)
        elif token.text == "function":
            parts = self._type_parts(named=False)
        else:
            element = self._type()
            self._take(">")
            return syntax.TypeName(token.start, token.text, element)
        result = self._type() if token.text == "function" and self._accept("->") else None
        return syntax.TypeName(token.start, token.text, result, parts)

    def _type_parts(self, *, named: bool) -> tuple[tuple[str, syntax.TypeName], ...]:
        parts: list[tuple[str, syntax.TypeName]] = []
        while not self._is(">"):
            key = self._key() if named else ""
            if named:
                self._take(":")
            parts.append((key, self._type()))
            if not self._accept(","):
                break
        self._take(">")
        return tuple(parts)

    def _type_name(self) -> str:
        for names in (_TYPE_NAMES, *reversed(self._scopes), self._members):
            name, length = names.match(self._tokens, self._index)
            if length > 1:
                self._index += length
                return name
        name = self._unknown_name()
        while self._is(".") and self._tokens[self._index + 1].kind == "name":
            self._index += 1
            name = f"{name}.{self._unknown_name()}"
        return name


def _built_in_names() -> Names:
    from chengshu.engines.cases.feel.builtins import BUILT_INS

    return Names(BUILT_INS)


_BUILT_IN_NAMES = _built_in_names()
