/// The curves of a report: one chart per figure, one line per run, or per encoder of a single run.
struct ReportCharts {
    private let runs: [RunContents]

    /// The curves of some runs.
    init(_ runs: [RunContents]) { self.runs = runs }

    /// The charts that there is anything to show in.
    var charts: [Chart] {
        let features = [
            ("knn", "How many images the most similar others name rightly."),
            ("linear", "How many images a linear classifier names rightly."),
            ("rankme", "How many directions the features use; a fall is a loss."),
            ("lidar", "How many directions tell images apart."),
            ("mean_cosine", "Of different images; near 1 they look all the same."),
        ].compactMap { figure, help in
            Chart(Self.title(figure), help: help, ofEncoders(figure))
        }
        let targets = [
            (
                "patch_skill",
                "The part of the loss taken away by looking at the image; 0 is nothing."
            ),
            ("target_image_share", "The part of the targets' variance that depends on the image."),
            ("target_variance", "0 would be one and the same target."),
        ].compactMap { figure, help in
            Chart(Self.title(figure), help: help, ofLosses(figure))
        }
        let steps = [
            ("gradient_norm", "Length of the gradient", "A jump is a sign of trouble."),
            ("lr", "Learning rate", "As the schedule says."),
        ].compactMap { figure, title, help in
            Chart(title, help: help, perStep(figure))
        }
        return features + targets + losses + steps
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
                    runs.count == 1 ? encoder : run.name, colour: position + index,
                    isDashed: false, points: points,
                    baseline: index == 0 ? Self.untrained(points) : nil)
            }
        }
    }

    private func ofLosses(_ figure: String) -> [Chart.Series] {
        runs.enumerated().flatMap { position, run in
            run.losses.enumerated().map { index, loss in
                let points = run.looks["\(loss).\(figure)"]
                return Chart.Series(
                    runs.count == 1 ? loss : run.name, colour: position + index,
                    points: points, baseline: Self.untrained(points))
            }
        }
    }

    private func perStep(_ figure: String) -> [Chart.Series] {
        runs.enumerated().map { position, run in
            Chart.Series(
                runs.count == 1 ? figure : run.name, colour: position, points: run.metrics[figure])
        }
    }

    private static func untrained(_ points: [CurveTable.Point]) -> Double? {
        points.count > 1 && points[0].step == 0 ? points[0].value : nil
    }
}
