(comment) @comment
(doc_comment) @comment.documentation

[
  "framework" "use" "enum" "scale" "record" "event" "duty" "catalog" "data" "let" "define" "participation" "relationship"
  "assessment" "test" "invariant"
] @keyword
[
  "parties" "purpose" "scope" "key" "require" "recommend" "basis" "deny" "grade" "cap" "expires" "ttl" "oblige" "suspend"
  "reverify" "revoke" "reinstate" "relies" "on" "from" "when" "due" "within" "of" "as" "lifts"
] @keyword
["title" "version" "authority" "effective" "until" "review" "every" "reviewed" "skew" "at" "expect"] @keyword
["permit" "standing" "valid" "obliges" "advises" "because" "by"] @keyword
["if" "then" "else" "match"] @keyword.conditional
[
  "and" "or" "not" "implies" "all" "any" "no" "in" "has" "otherwise" "is" "with" "matches" "intersects" "subset" "contains"
  "starts" "ends" "empty" "where" "for"
] @keyword.operator
["==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "%" "=" "?"] @operator
["{" "}" "(" ")" "[" "]"] @punctuation.bracket
["," ":" "."] @punctuation.delimiter

(string) @string
(escape) @string.escape
[(integer) (decimal)] @number
[(duration) (instant)] @number
(boolean) @boolean
(none) @constant.builtin

(type_identifier) @type
(type name: (identifier) @type)
(annotation "@" @attribute name: (_) @attribute)
(field name: (field_name) @property)
(field_value name: (field_name) @property)
(member field: (_) @property)
(case name: (identifier) @constant)
(qualified_case case: (identifier) @constant)
(parameter name: (identifier) @variable.parameter)
(quantifier binder: (identifier) @variable.parameter)
(aggregate binder: (identifier) @variable.parameter)

(block name: (identifier) @function)
(define name: (identifier) @function)
(duty name: (identifier) @function)
(invariant name: (identifier) @function)
(call function: (identifier) @function.call)
(aggregate function: (identifier) @function.call)
(oblige duty: (identifier) @function.call)
[(condition name: (identifier) @label) (cap name: (identifier) @label) (expires name: (identifier) @label)
 (ttl name: (identifier) @label) (oblige name: (identifier) @label) (continuous name: (identifier) @label)
 (trigger name: (identifier) @label) (reinstate name: (identifier) @label)]
