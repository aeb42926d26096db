import JepaCore
import Testing

@Suite struct SpellingTests {
    @Test(arguments: [
        ("multiblok", "multiblock"), ("mutliblock", "multiblock"), ("VIT", "vit"),
        ("blokc", "block"), ("l1", "l2"),
    ])
    func findsTheNearestName(word: String, expected: String) {
        let names = ["block", "l2", "multiblock", "random", "vit"]
        #expect(nearestSpelling(to: word, among: names) == expected)
        #expect(didYouMean(word, among: names) == "; did you mean '\(expected)'?")
    }

    @Test(arguments: ["", "transformer", "zzz"])
    func saysNothingOfWordsThatAreFarFromAll(word: String) {
        #expect(nearestSpelling(to: word, among: ["block", "multiblock", "random"]) == nil)
        #expect(didYouMean(word, among: []) == "")
    }
}
