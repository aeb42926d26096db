extension ReaderErrorTests {
    /// Texts that are not YAML.
    static let inSyntax = [
        Case(
            "a tab", "stages:\n\tdata: {use: scenes}\n",
            """
            g.yaml:2:1: error: a tab cannot indent a line of YAML; use spaces
            \tdata: {use: scenes}
            ^
            """),
        Case(
            "a tab after spaces", "stages:\n  data:\n  \tuse: scenes\n",
            """
            g.yaml:3:3: error: a tab cannot indent a line of YAML; use spaces
              \tuse: scenes
              ^
            """),
        Case(
            "a tab in a text of two lines", "a: b\n\tc: d\n",
            """
            g.yaml:2:1: error: a tab cannot indent a line of YAML; use spaces
            \tc: d
            ^
            """),
        Case(
            "a brace that is not closed", "a: {b: 1\nc: 2\n",
            """
            g.yaml:2:2: error: a ',' or '}' is missing before this
            c: 2
             ^
            The bracket opens at g.yaml:1:4.
            """),
        Case(
            "a bracket that is not closed at the end", "a: [1, 2\n",
            """
            g.yaml:1:4: error: the bracket that opens here is never closed
            a: [1, 2
               ^
            """),
        Case(
            "a comma is missing", "a: {b: 1 c: 2}\n",
            """
            g.yaml:1:11: error: a ',' or '}' is missing before this
            a: {b: 1 c: 2}
                      ^
            """),
        Case(
            "a quote that is not closed", "a: \"text\nb: 1\n",
            """
            g.yaml:1:4: error: the quote that opens here is never closed
            a: "text
               ^
            """),
        Case(
            "two colons", "a: b: c\n",
            """
            g.yaml:1:5: error: a ':' cannot stand here; begin a new line, or put the text in \
            quotes
            a: b: c
                ^
            """),
        Case(
            "indented too little", "a:\n    b: 1\n  c: 2\n",
            """
            g.yaml:3:3: error: a key was expected here; is the line indented like its neighbours?
              c: 2
              ^
            The mapping begins at g.yaml:1:1.
            """),
        Case(
            "no colon", "a: 1\nb\nc: 2\n",
            """
            g.yaml:2:1: error: a ':' is missing after this key
            b
            ^
            """),
        Case(
            "a text before a mapping", "hello\nb: 1\n",
            """
            g.yaml:2:2: error: a ':' cannot stand here; begin a new line, or put the text in \
            quotes
            b: 1
             ^
            """),
        Case(
            "a list item among keys", "a: 1\n- b\n",
            """
            g.yaml:2:1: error: a list item stands among keys
            - b
            ^
            The mapping begins at g.yaml:1:1.
            """),
        Case(
            "a list item beside its key", "a: - 1\n",
            """
            g.yaml:1:4: error: a list item '- ' cannot stand here; begin a new line
            a: - 1
               ^
            """),
        Case(
            "an at sign", "a: @b\n",
            """
            g.yaml:1:4: error: a text cannot begin with '@'; put it in quotes
            a: @b
               ^
            """),
        Case(
            "a percent sign", "a: %b\n",
            """
            g.yaml:1:4: error: a text cannot begin with '%'; put it in quotes
            a: %b
               ^
            """),
        Case(
            "a backtick", "a: `b`\n",
            """
            g.yaml:1:4: error: a text cannot begin with '`'; put it in quotes
            a: `b`
               ^
            """),
        Case(
            "a bracket too many", "a: [1]]\n",
            """
            g.yaml:1:7: error: this ']' closes nothing
            a: [1]]
                  ^
            """),
        Case(
            "no key", ": a\n",
            """
            g.yaml:1:1: error: a key is missing before ':'
            : a
            ^
            """),
        Case(
            "an unknown escape", "a: \"\\q\"\n",
            """
            g.yaml:1:5: error: this escape is not one of YAML's; single quotes take backslashes \
            as they are
            a: "\\q"
                ^
            """),
        Case(
            "a key among list items", "a:\n  - 1\n  b: 2\n",
            """
            g.yaml:3:3: error: a list item '- ' was expected here; is the line indented like its \
            neighbours?
              b: 2
              ^
            The list begins at g.yaml:2:3.
            """),
        Case(
            "two commas", "a: [1,, 2]\n",
            """
            g.yaml:1:7: error: a value was expected here
            a: [1,, 2]
                  ^
            """),
        Case(
            "two anchors", "a: &x &y 1\n",
            """
            g.yaml:1:7: error: this cannot follow what stands before it on the line
            a: &x &y 1
                  ^
            """),
        Case(
            "an anchor on an alias", "a: &x 1\nb: &y *x\n",
            """
            g.yaml:2:7: error: this cannot follow what stands before it on the line
            b: &y *x
                  ^
            The mapping begins at g.yaml:1:1.
            """),
        Case(
            "a brace that closes nothing", "a}: 1\n}\n",
            """
            g.yaml:2:1: error: this '}' closes nothing
            }
            ^
            The mapping begins at g.yaml:1:1.
            """),
        Case(
            "a text indented too little", "a: |\n     x\n  y\nb: 1\n z",
            """
            g.yaml:3:3: error: a key was expected here; is the line indented like its neighbours?
              y
              ^
            The mapping begins at g.yaml:1:1.
            """),
        Case(
            "an anchor without name", "a: & 1\n",
            """
            g.yaml:1:5: error: the name of an anchor is of letters and digits
            a: & 1
                ^
            """),
        Case(
            "a line too long to show", "a: [" + String(repeating: "1, ", count: 1000) + "@]\n",
            """
            g.yaml:1:3005: error: a text cannot begin with this; put it in quotes
            """),
        Case(
            "more after the braces", "{a: 1}\nb: 2\n",
            """
            g.yaml:2:1: error: the value of the file ends before this; is the line indented \
            rightly?
            b: 2
            ^
            """),
        Case(
            "a text after a quoted one", "a: \"x\" y\n",
            """
            g.yaml:1:8: error: this cannot follow what stands before it on the line
            a: "x" y
                   ^
            """),
    ]
}
