/// The curves of a report: one chart per figure, one line per run, or per encoder of a single run.
struct ReportCharts {
    /// Charts that belong together.
    struct Group {
        let title: String
        let charts: [Chart]
    }

    /// Skill below it is all the same bad, and would press what matters into a line.
    private static let leastSkill = -0.5

    private let runs: [RunContents]

    /// The curves of some runs.
    init(_ runs: [RunContents]) { self.runs = runs }

    /// The charts that there is anything to show in.
    var groups: [Group] {
        let features = [
            ("knn", "How many images the most similar others name rightly."),
            ("linear", "How many images a linear classifier names rightly."),
            ("rankme", "How many directions the features use; a fall is a loss."),
            ("lidar", "How many directions tell images apart."),
            ("feature_std", "How far different images lie apart; near 0 they are all the same."),
            ("mean_cosine", "Of different images; near 1 they look all the same."),
        ].compactMap { figure, help in
            Chart(Self.title(figure), help: help, ofEncoders(figure))
        }
        let targets: [(figure: String, help: String, floor: Double?)] = [
            (
                "patch_skill",
                "The part of the loss taken away by looking at the image; 0 is nothing.",
                Self.leastSkill
            ),
            (
                "skill", "The same beside the mean of all places: to know the place counts, too.",
                Self.leastSkill
            ),
            (
                "target_image_share",
                "The part of the targets' variance that depends on the image.", nil
            ),
            ("target_variance", "0 would be one and the same target.", nil),
        ]
        let steps = [
            ("gradient_norm", "Length of the gradient", "A jump is a sign of trouble."),
            ("lr", "Learning rate", "As the schedule says."),
        ].compactMap { figure, title, help in
            Chart(title, help: help, perStep(figure))
        }
        return [
            Group(title: "Features", charts: features),
            Group(
                title: "Predictions and their targets",
                charts: targets.compactMap {
                    Chart(
                        Self.title($0.figure), help: $0.help, floor: $0.floor, ofLosses($0.figure))
                }),
            Group(title: "Steps", charts: losses + steps),
        ].filter { !$0.charts.isEmpty }
    }

    /// What the table of the figures calls it, too.
    private static func title(_ figure: String) -> String {
        FigureTexts.text(of: figure)?.title ?? figure
    }

    /// The losses of the steps, of runs that cannot be compared each on a scale of its own.
    private var losses: [Chart] {
        let curves = perStep("loss")
        guard LossOrigin.areComparable(runs) else {
            return zip(runs, curves).compactMap { run, curve in
                Chart("Loss of \(run.name)", help: FigureTexts.ownScale, [curve])
            }
        }
        let help = "What is minimised. Its fall by itself does not say that anything is learnt."
        return [Chart("Loss", help: help, curves)].compactMap { $0 }
    }

    /// A figure of the encoders: of several runs only that of the judged one.
    private func ofEncoders(_ figure: String) -> [Chart.Series] {
        runs.enumerated().flatMap { position, run in
            let encoders = runs.count == 1 ? run.encoders : run.judged.map { [$0] } ?? []
            return encoders.enumerated().map { index, encoder in
                let points = run.looks["\(encoder).\(figure)"]
                return Chart.Series(
                    runs.count == 1 ? encoder : run.name,
                    look: look(position, index, of: encoders.count),
                    points: points, baseline: index == 0 ? Self.untrained(points) : nil)
            }
        }
    }

    private func ofLosses(_ figure: String) -> [Chart.Series] {
        runs.namedLosses.map { named in
            let run = runs[named.run]
            let points = run.looks["\(named.loss).\(figure)"]
            return Chart.Series(
                named.label, look: look(named.run, named.index, of: run.losses.count),
                points: points, baseline: Self.untrained(points))
        }
    }

    private func perStep(_ figure: String) -> [Chart.Series] {
        runs.enumerated().map { position, run in
            Chart.Series(
                runs.count == 1 ? figure : run.name, look: look(position, 0, of: 1),
                points: run.metrics[figure])
        }
    }

    /// Colours tell runs apart, or the curves of a single run.
    private func look(_ position: Int, _ index: Int, of curves: Int) -> CurveLook {
        runs.count == 1
            ? CurveLook(run: index, of: curves)
            : CurveLook(run: position, of: runs.count, curve: index)
    }

    private static func untrained(_ points: [CurveTable.Point]) -> Double? {
        points.count > 1 && points[0].step == 0 ? points[0].value : nil
    }
}
