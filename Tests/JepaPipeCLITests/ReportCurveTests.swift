import Foundation
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Curves on the page about runs.
final class ReportCurveTests {
    private let folder = TemporaryFolder()

    /// What makes a second loss with targets.
    private static let second = [
        "stages.second={use: l2, predictions: predictor.predictions, targets: target_encoder.tokens}",
        "stages.optimizer.minimize={loss: 1, second: 0.5}",
    ]

    /// The legend of the chart of a figure: the look and the name of each curve.
    private func legend(_ title: String, in html: String) -> [String] {
        let chart = html.components(separatedBy: "<figcaption><b>\(title)</b>").dropFirst().first
        let end = (chart ?? "").components(separatedBy: "</figure>")[0]
        let legend = end.components(separatedBy: "class=\"legend\"").dropFirst().first ?? ""
        return legend.matches(of: /<line class="([^"]*)"[^>]*\/><\/svg>([^<]*)</)
            .map { "\($0.1): \($0.2)" }
    }

    @Test func colourIsTheRunAndDashesAreTheLoss() throws {
        let runs = [
            try folder.train("a", Self.second[0], Self.second[1]), try folder.train("b"),
        ]
        let html = try folder.page(runs)
        let expected = [
            "line c0: a: loss", "line c0 dash1: a: second", "line c1: b: loss", "base: untrained",
        ]
        #expect(legend("Variance of targets", in: html) == expected)
        #expect(html.contains("<polyline class=\"line c0 dash1\""))
        #expect(
            html.contains("<th>Figure</th><th>a: loss</th><th>a: second</th><th>b: loss</th>"))
        // What has one curve per run is called by the run alone.
        #expect(legend("RankMe", in: html) == ["line c0: a", "line c1: b", "base: untrained"])
        // Of a single run the losses have colours.
        let single = try folder.page([runs[0]])
        #expect(
            legend("Variance of targets", in: single)
                == ["line c0: loss", "line c1: second", "base: untrained"])
        #expect(single.contains("<th>Figure</th><th>loss</th><th>second</th>"))
    }

    @Test func runsBehindTheSixthHaveDashes() throws {
        let first = try folder.train("1", "train.monitor.every_steps=1")
        let runs = [first] + (try (2...7).map { try folder.copy(first, "\($0)") })
        let html = try folder.page(runs)
        let names = legend("RankMe", in: html)
        #expect(names.count == 8 && names[0] == "line c0: 1" && names[6] == "line c0 dash1: 7")
        #expect(html.contains("after 6 runs the colours come again with other dashes."))
        #expect(!html.contains("<th>What it says</th>"))
        #expect(html.contains("<b>RankMe</b><small class=\"below\">Directions"))
        let six = try folder.page(Array(runs.dropLast()))
        #expect(six.contains("each curve has the colour of its run.</p>"))
    }

    @Test func deviationAndPlainSkillHaveCurves() throws {
        let html = try folder.page([try folder.train("one", "train.monitor.every_steps=1")])
        for title in ["Feature deviation", "Skill", "Skill per patch"] {
            #expect(html.contains("<figcaption><b>\(title)</b>"), "\(title) has no chart")
        }
        let groups = html.section("Curves").matches(of: /<h3>(.*?)<\/h3>/).map { String($0.1) }
        #expect(groups == ["Features", "Predictions and their targets", "Steps"])
    }

    @Test func looksDifferUntilAllAreUsed() {
        for runs in [1, 6, 7, 12, 13, 24] {
            let curves = CurveLook.patterns / ((runs + CurveLook.colours - 1) / CurveLook.colours)
            var seen: [CurveLook] = []
            var mistaken: [String] = []
            for run in 0..<runs {
                for curve in 0..<curves {
                    let look = CurveLook(run: run, of: runs, curve: curve)
                    if seen.contains(look) || look.colour != run % CurveLook.colours {
                        mistaken.append("run \(run), curve \(curve)")
                    }
                    seen.append(look)
                }
            }
            #expect(mistaken.isEmpty, "of \(runs) runs")
        }
    }

    @Test(arguments: [
        (6, "each curve has the colour of its run"),
        (
            24,
            "each curve has the colour of its run; after 6 runs the colours come again with "
                + "other dashes"
        ),
        (
            25,
            "each curve has the colour of its run; after 6 runs the colours come again with "
                + "other dashes, until after 24 runs these, too, come again"
        ),
    ])
    func thePageSaysHowFarLooksReach(_ runs: Int, _ words: String) {
        #expect(CurveLook.words(runs: runs) == words)
    }

    // MARK: - The range of a chart

    @Test func aSingleStepLeavesNoRoomThatNothingIsDrawnIn() throws {
        let points = (0..<480).map {
            CurveTable.Point(step: Double($0), value: $0 == 100 ? 100 : 1)
        }
        let html = try #require(
            Chart("Loss", help: "", [.init("a", look: .init(run: 0, of: 1), points: points)])
        ).html
        let match = try #require(html.firstMatch(of: /<polyline [^>]*points="([^"]*)"/))
        let heights = match.1.split(separator: " ").compactMap {
            $0.split(separator: ",").last.flatMap { Double($0) }
        }
        // Neighbours are drawn as their mean, here half of the step that stands out.
        #expect(heights.count == 240 && heights.min()! < 25 && heights.max()! > 150)
    }

    /// A chart with a floor of -0.5.
    private func chart(_ values: [Double], baseline: Double?) throws -> String {
        let points = values.enumerated().map {
            CurveTable.Point(step: Double($0.offset), value: $0.element)
        }
        return try #require(
            Chart(
                "Skill", help: "Help.", floor: -0.5,
                [
                    .init("a", look: .init(run: 0, of: 1), points: points, baseline: baseline)
                ])
        ).html
    }

    /// The heights of the dots, from the top.
    private func heights(_ html: String) -> [Double] {
        html.matches(of: /cy="([0-9.]+)"/).compactMap { Double($0.1) }
    }

    @Test func whatIsFarBelowDoesNotPressTheRest() throws {
        let html = try chart([-13, -0.5, 0.5], baseline: -13)
        let found = heights(html)
        #expect(found.count == 3 && found[0] == found[1])
        #expect(found[1] - found[2] > 150)
        #expect(html.contains("Help. Less than -0.5 is drawn at the bottom."))
        // The number itself is told, and no line stands for what lies outside.
        #expect(html.contains("step 0: -13.0"))
        #expect(!html.contains("class=\"base"))
    }

    @Test func aChartThatReachesNoFloorIsAsWithout() throws {
        let html = try chart([-0.25, 0.5], baseline: -0.25)
        #expect(!html.contains("is drawn at the bottom"))
        #expect(html.contains("class=\"base c0\""))
    }

    @Test func whereAllIsBelowAllIsShown() throws {
        let html = try chart([-13, -5, -2], baseline: -13)
        let found = heights(html)
        #expect(found.count == 3 && found[0] > found[1] + 50 && found[1] > found[2] + 20)
        #expect(!html.contains("is drawn at the bottom"))
        #expect(html.contains("class=\"base c0\""))
    }
}
