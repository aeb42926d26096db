import JepaCore
import JepaGraph
import Testing

/// Every mistake a text can hold, with the whole message.
struct ReaderErrorTests {
    private static let cases = [
        Case(
            "nothing", "",
            """
            g.yaml:1:1: error: the text is empty; a graph file is a mapping with 'stages'
            """),
        Case(
            "comments only", "# nothing\n",
            """
            g.yaml:1:1: error: the text is empty; a graph file is a mapping with 'stages'
            # nothing
            ^
            """),
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
            "a key twice", "seed: 1\nstages: {}\nseed: 2\n",
            """
            g.yaml:3:1: error: the key 'seed' is written twice
            seed: 2
            ^~~~
            It first stands at g.yaml:1:1.
            """),
        Case(
            "keys twice in two mappings", "a: {b: 1, b: 2}\na: 3\n",
            """
            g.yaml:1:11: error: the key 'b' is written twice
            a: {b: 1, b: 2}
                      ^
            It first stands at g.yaml:1:5.
            g.yaml:2:1: error: the key 'a' is written twice
            a: 3
            ^
            It first stands at g.yaml:1:1.
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
            "a tag of Python", "a: !!python/object:os.system [x]\n",
            """
            g.yaml:1:4: error: graph files use no tags such as '!!python/object:os.system'
            a: !!python/object:os.system [x]
               ^~~~~~~~~~~~~~~~~~~~~~~~~
            """),
        Case(
            "a local tag", "a: !foo 1\n",
            """
            g.yaml:1:4: error: graph files use no tags such as '!foo'
            a: !foo 1
               ^~~~
            """),
        Case(
            "a tag that is not declared", "a: !x!foo 1\n",
            """
            g.yaml:1:4: error: this tag is not declared; graph files use no tags
            a: !x!foo 1
               ^
            """),
        Case(
            "a tag that does not fit", "a: !!int yes\n",
            """
            g.yaml:1:4: error: 'yes' is not of type '!!int'
            a: !!int yes
               ^~~~~~~~~
            """),
        Case(
            "an integer as key", "1: a\n",
            """
            g.yaml:1:1: error: a key is a text, not 1; put it in quotes
            1: a
            ^
            """),
        Case(
            "a switch as key", "true: a\n",
            """
            g.yaml:1:1: error: a key is a text, not 'true'; put it in quotes
            true: a
            ^~~~
            """),
        Case(
            "no key", ": a\n",
            """
            g.yaml:1:1: error: a key is missing before ':'
            : a
            ^
            """),
        Case(
            "a list as key", "? [a, b]\n: c\n",
            """
            g.yaml:1:3: error: a key is a text, not ['a', 'b']
            ? [a, b]
              ^
            """),
        Case(
            "an alias without anchor", "a: &base 1\nb: *bse\n",
            """
            g.yaml:2:4: error: there is no anchor '&bse' above; did you mean 'base'?
            b: *bse
               ^~~~
            """),
        Case(
            "a value that contains itself", "a: &x [1, *x]\n",
            """
            g.yaml:1:11: error: the value of anchor '&x' contains itself
            a: &x [1, *x]
                      ^~
            """),
        Case(
            "a number is merged", "a:\n  <<: 3\n",
            """
            g.yaml:2:7: error: '<<' takes a mapping or a list of mappings, not 3
              <<: 3
                  ^
            """),
        Case(
            "merged twice", "a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n",
            """
            g.yaml:4:3: error: '<<' is written twice; give it a list: [*a, *b]
              <<: *a
              ^~
            It first stands at g.yaml:3:3.
            """),
        Case(
            "two documents", "a: 1\n---\nb: 2\n",
            """
            g.yaml:2:1: error: a second document begins here; a graph file holds one
            ---
            ^~~
            """),
        Case(
            "an integer that is too large", "seed: 99999999999999999999\n",
            """
            g.yaml:1:7: error: the number 99999999999999999999 is too large for 64 bits
            seed: 99999999999999999999
                  ^~~~~~~~~~~~~~~~~~~~
            """),
        Case(
            "a number that is too large", "lr: 1e999\n",
            """
            g.yaml:1:5: error: the number 1e999 is too large for 64 bits
            lr: 1e999
                ^~~~~
            """),
        Case(
            "a NUL byte", "a: b\u{0}c\n",
            """
            g.yaml:1:5: error: the character U+0000 cannot stand in a graph file
            a: b�c
                ^
            """),
        Case(
            "an escape character", "a: 1\nb: \u{1B}[31m\n",
            """
            g.yaml:2:4: error: the character U+001B cannot stand in a graph file
            b: �[31m
               ^
            """),
        Case(
            "a byte order mark inside", "a: 1\nb: \u{FEFF}\n",
            """
            g.yaml:2:4: error: the character U+FEFF cannot stand in a graph file
            b: \u{FEFF}
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
            "another version", "%YAML 3.0\n---\na: 1\n",
            """
            g.yaml:1:1: error: this version of YAML is not read; remove the line
            %YAML 3.0
            ^
            """),
        Case(
            "a directive", "%FOO bar\n---\na: 1\n",
            """
            g.yaml:1:5: error: graph files use no directives; remove the line
            %FOO bar
                ^
            """),
        Case(
            "deep nesting", String(repeating: "[", count: 70),
            """
            g.yaml:1:66: error: lists and mappings are nested deeper than 64 levels
            [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
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
            "lines that end with CR LF", "a: 1\r\n# x\r\na: 2\r\n",
            """
            g.yaml:3:1: error: the key 'a' is written twice
            a: 2
            ^
            It first stands at g.yaml:1:1.
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
        Case(
            "letters of several bytes", "größe: 1\n日本: {größe: 2, größe: 3}\n",
            """
            g.yaml:2:16: error: the key 'größe' is written twice
            日本: {größe: 2, größe: 3}
                           ^~~~~
            It first stands at g.yaml:2:6.
            """),
    ]

    @Test(arguments: cases) func mistakesAreReportedWithTheirPlace(_ c: Case) {
        #expect(message { try GraphReader.read(text: c.text, file: "g.yaml") } == c.expected)
    }
}
