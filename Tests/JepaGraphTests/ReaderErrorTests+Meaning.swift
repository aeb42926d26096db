extension ReaderErrorTests {
    /// YAML that graph files do not use, or that means nothing.
    static let inMeaning = [
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
            "lines that end with CR LF", "a: 1\r\n# x\r\na: 2\r\n",
            """
            g.yaml:3:1: error: the key 'a' is written twice
            a: 2
            ^
            It first stands at g.yaml:1:1.
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
}
