/**
 * The syntax of the Trust language for editors: colours, folds, selection. Looser than the compiler's own grammar, which
 * stands in grammar/src/trust.lalrpop; what that one accepts has no ERROR here (check.sh).
 */

// Words that start items and clauses and the operators; only a field may be called by one.
const RESERVED = [
  "framework", "use", "enum", "scale", "record", "event", "duty", "catalog", "data", "let", "define", "participation",
  "relationship", "assessment", "test", "invariant", "parties", "purpose", "scope", "key", "require", "recommend", "basis",
  "deny", "grade", "cap", "expires", "ttl", "oblige", "suspend", "reverify", "revoke", "reinstate", "and", "or", "not",
  "implies", "if", "then", "else", "match", "all", "any", "no", "in", "has", "otherwise", "is", "with", "matches",
  "intersects", "true", "false", "none",
];

// Words of the grammar that may also be names.
const CONTEXTUAL = [
  "relies", "on", "from", "when", "due", "within", "of", "as", "lifts", "until", "every", "reviewed", "subset", "contains",
  "starts", "ends", "empty", "where", "for", "permit", "standing", "valid", "obliges", "advises", "because", "by", "title",
  "version", "authority", "effective", "review", "skew", "at", "expect",
];

const PREC = { open: 1, implies: 2, or: 3, and: 4, not: 5, compare: 6, otherwise: 7, sum: 8, product: 9, unary: 10, postfix: 11 };

const commas = (rule) => seq(repeat(seq(rule, ",")), optional(rule));
const list = (rule) => seq(rule, repeat(seq(",", rule)));

module.exports = grammar({
  name: "trust",

  word: ($) => $.identifier,
  extras: ($) => [/\s/, $.comment],

  rules: {
    source_file: ($) => repeat($._item),

    comment: (_) => token(seq("//", /[^\n]*/)),
    doc_comment: (_) => token(prec(1, seq("///", /[^\n]*/))),

    identifier: (_) => /[\p{Ll}\p{Lo}\p{Lm}_][\p{L}\p{M}\p{N}_]*/,
    type_identifier: (_) => /[\p{Lu}\p{Lt}][\p{L}\p{M}\p{N}_]*/,
    string: ($) => seq('"', repeat(choice($.escape, token.immediate(prec(1, /[^"\\\n]+/)))), token.immediate('"')),
    escape: (_) => token.immediate(/\\(u\{[0-9a-fA-F]*\}|.)/),
    integer: (_) => /[0-9][0-9_]*/,
    decimal: (_) => /[0-9][0-9_]*\.[0-9]+/,
    duration: (_) => /([0-9][0-9_]*(\.[0-9]+)?[smhdw])+/,
    instant: (_) => /[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9:.]+([Zz]|[+-][0-9:]+))?/,

    // Names.
    _name: ($) => choice($.identifier, ...CONTEXTUAL.map((word) => alias(word, $.identifier))),
    _any_name: ($) => choice($._name, $.type_identifier),
    _label: ($) => seq(field("name", $._name), ":"),
    field_name: ($) => choice($._name, ...RESERVED),

    // Items.
    _item: ($) =>
      choice(
        $.framework, $.use, $.enum, $.scale, $.record, $.event, $.duty, $.catalog, $.data, $.let, $.define, $.block, $.test,
        $.invariant,
      ),
    _before: ($) => repeat1(choice($.doc_comment, $.annotation)),

    annotation: ($) => prec.right(seq("@", field("name", $._any_name), optional(seq("(", commas($._annotation_argument), ")")))),
    _annotation_argument: ($) => choice($.string, $._any_name, $.control),
    control: ($) => seq(field("catalog", $._any_name), "[", $.string, "]"),

    framework: ($) => seq(optional($._before), "framework", field("name", $._name), "{", repeat($.framework_line), "}"),
    framework_line: ($) =>
      choice(
        seq(choice("title", "version", "authority"), $.string),
        seq("effective", $._expression, optional(seq("until", $._expression))),
        seq("review", "every", $._expression, optional(seq("reviewed", $._expression))),
        seq("skew", $._expression),
      ),
    use: ($) =>
      prec.right(seq(
        optional($._before), "use", field("path", seq($._any_name, repeat(seq(".", $._any_name)))),
        optional(seq(".", "{", commas($._any_name), "}")),
      )),
    enum: ($) => seq(optional($._before), "enum", field("name", $.type_identifier), "{", commas($.case), "}"),
    scale: ($) =>
      seq(optional($._before), "scale", field("name", $.type_identifier), "{", $.case, repeat(seq("<", $.case)), "}"),
    case: ($) => seq(optional($._before), field("name", $._name)),
    record: ($) => seq(optional($._before), "record", field("name", $.type_identifier), $.fields),
    event: ($) => seq(optional($._before), "event", field("name", $.type_identifier), $.fields),
    fields: ($) => seq("{", repeat($.field), "}"),
    field: ($) => seq(optional($._before), field("name", $.field_name), ":", $._type, optional(",")),
    duty: ($) => seq(optional($._before), "duty", field("name", $._name), $.parameters),
    catalog: ($) => seq(optional($._before), "catalog", field("name", $._name), $.string, "{", repeat($.entry), "}"),
    entry: ($) => seq(field("id", $.string), ":", $.string, optional(",")),
    data: ($) => seq(optional($._before), "data", $._label, $._type, "from", $.string),
    let: ($) => seq(optional($._before), "let", field("name", $._name), optional(seq(":", $._type)), "=", $._expression),
    define: ($) =>
      seq(optional($._before), "define", field("name", $._name), $.parameters, ":", $._type, "=", $._expression),
    block: ($) =>
      seq(
        optional($._before), field("kind", choice("participation", "relationship", "assessment")), field("name", $._name),
        $.parameters, "{", repeat($._clause), "}",
      ),
    test: ($) => seq(optional($._before), "test", $.string, "{", repeat($._test_line), "}"),
    invariant: ($) => seq(optional($._before), "invariant", field("name", $._name), $.parameters, ":", $._expression),

    parameters: ($) => seq("(", commas($.parameter), ")"),
    parameter: ($) => seq($._label, $._type),

    _type: ($) => choice($.type, $.optional_type),
    type: ($) => prec.right(seq(field("name", $._any_name), optional(seq("<", $._type, ">")))),
    optional_type: ($) => seq($._type, "?"),

    // Clauses.
    _clause: ($) =>
      choice(
        $.parties, $.purpose, $.scope, $.key, $.let, $.condition, $.grade, $.cap, $.expires, $.ttl, $.oblige, $.continuous,
        $.trigger, $.reinstate,
      ),
    parties: ($) => seq(optional($._before), "parties", $._party, "relies", "on", $._party),
    _party: ($) => choice($._name, $.string),
    purpose: ($) => seq(optional($._before), "purpose", $.string),
    scope: ($) => seq(optional($._before), "scope", $._expression),
    key: ($) => prec.right(seq(optional($._before), "key", list($._expression))),
    condition: ($) =>
      seq(optional($._before), choice("require", "recommend", "basis", "deny"), $._label, $._expression),
    grade: ($) => seq(optional($._before), "grade", field("scale", $.type_identifier), "from", $._expression),
    cap: ($) => seq(optional($._before), "cap", $._label, $._expression, optional($.when)),
    expires: ($) => seq(optional($._before), "expires", $._label, $._expression, optional($.when)),
    ttl: ($) =>
      seq(optional($._before), "ttl", $._label, $._expression, optional(seq("from", $._expression)), optional($.when)),
    oblige: ($) =>
      seq(
        optional($._before), "oblige", $._label, field("duty", $._name), $.arguments, choice("due", "within"), $._expression,
        optional($.when), optional(seq("on", choice("permit", "deny", "any"))),
      ),
    continuous: ($) => seq(optional($._before), $._hold, $._label, $.when),
    trigger: ($) => seq(optional($._before), $._hold, $._label, $._on, optional($.when), optional($.deadline)),
    reinstate: ($) =>
      seq(optional($._before), "reinstate", $._label, $._on, optional($.when), "lifts", list($._name)),
    _hold: (_) => choice("suspend", "reverify", "revoke"),
    _on: ($) => seq("on", field("event", $.type_identifier), "as", field("binder", $._name)),
    when: ($) => seq("when", $._expression),
    deadline: ($) => seq("within", $._expression, "of", $._expression),

    // Tests.
    _test_line: ($) => choice($.at, $.let, $.expect),
    at: ($) => seq("at", $._expression),
    expect: ($) =>
      prec.right(seq(
        "expect", $._expression, optional(seq("on", $.record_literal)), optional(seq(":", list($.outcome))),
      )),
    outcome: ($) =>
      choice(
        prec.right(seq(choice("permit", "deny"), optional(seq("because", $._reason, repeat(seq("and", $._reason)))))),
        seq("grade", $._expression),
        seq("standing", $._expression),
        seq("valid", "until", $._expression),
        prec.right(seq("obliges", $._name, optional(seq("due", $._expression)))),
        seq("advises", $._name),
        $.move,
        "none",
      ),
    move: ($) =>
      prec.right(seq(
        choice("revoke", "suspend", "reverify", "reinstate"), optional(seq("because", $._name)),
        optional(seq("by", $._expression)),
      )),
    _reason: ($) => choice($._name, alias(choice("scope", "framework"), $.identifier)),

    // Expressions.
    _expression: ($) =>
      choice(
        $.quantifier, $.if, $.implies, $.or, $.and, $.not, $.comparison, $.otherwise, $.sum, $.product, $.negative, $.has,
        $.member, $.with, $._atom,
      ),
    quantifier: ($) =>
      prec.right(PREC.open, seq(
        choice("all", "any", "no"), list(field("binder", $._name)), "in", field("collection", $._expression), ":",
        field("body", $._expression),
      )),
    if: ($) =>
      prec.right(PREC.open, seq("if", $._expression, "then", $._expression, "else", $._expression)),
    implies: ($) => prec.right(PREC.implies, seq($._expression, "implies", $._expression)),
    or: ($) => prec.left(PREC.or, seq($._expression, "or", $._expression)),
    and: ($) => prec.left(PREC.and, seq($._expression, "and", $._expression)),
    not: ($) => prec.right(PREC.not, seq("not", $._expression)),
    comparison: ($) =>
      prec.left(PREC.compare, seq($._expression, choice(
        seq(
          choice(
            "==", "!=", "<", "<=", ">", ">=", "in", seq("not", "in"), seq("subset", "of"), "intersects", "contains",
            seq("starts", "with"), seq("ends", "with"), "matches",
          ),
          $._expression,
        ),
        seq("is", optional("not"), "empty"),
      ))),
    otherwise: ($) => prec.right(PREC.otherwise, seq($._expression, "otherwise", $._expression)),
    sum: ($) => prec.left(PREC.sum, seq($._expression, choice("+", "-"), $._expression)),
    product: ($) => prec.left(PREC.product, seq($._expression, choice("*", "/", "%"), $._expression)),
    negative: ($) => prec(PREC.unary, seq("-", $._expression)),
    has: ($) => prec(PREC.unary, seq("has", $._expression)),
    member: ($) =>
      prec.left(PREC.postfix, seq($._expression, ".", field("field", choice($._any_name, alias(choice(...RESERVED), $.identifier))))),
    with: ($) => prec.left(PREC.postfix, seq($._expression, "with", "{", commas($.field_value), "}")),

    _atom: ($) =>
      choice(
        $.integer, $.decimal, $.duration, $.instant, $.string, $.boolean, $.none, $._name, alias("reverify", $.identifier),
        $.call, $.aggregate, $.qualified_case, $.record_literal, $.parentheses, $.list, $.set, $.match,
      ),
    boolean: (_) => choice("true", "false"),
    none: (_) => "none",
    call: ($) => prec(PREC.postfix, seq(field("function", $._name), $.arguments)),
    arguments: ($) => seq("(", commas($.argument), ")"),
    argument: ($) => choice($._expression, seq($._label, $._expression)),
    aggregate: ($) =>
      prec(PREC.postfix, seq(
        field("function", $._name), "(", $._expression,
        choice(
          seq("for", field("binder", $._name), "in", $._expression, optional(seq("where", $._expression))),
          seq("where", $._expression),
        ),
        ")",
      )),
    qualified_case: ($) =>
      prec(PREC.postfix, seq($.type_identifier, ".", field("case", choice($._any_name, alias("reverify", $.identifier))))),
    record_literal: ($) => seq(field("type", $.type_identifier), "{", commas($.field_value), "}"),
    field_value: ($) => seq(field("name", $.field_name), ":", $._expression),
    parentheses: ($) => seq("(", $._expression, ")"),
    list: ($) => seq("[", commas($._expression), "]"),
    set: ($) => seq("{", commas($._expression), "}"),
    match: ($) => seq("match", $._expression, "{", commas($.arm), "}"),
    arm: ($) => seq(list(choice($._name, alias("reverify", $.identifier))), ":", $._expression),
  },
});
