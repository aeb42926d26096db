import JepaCore
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct ConsoleReporterTests {
    /// A reporter on paper, with a clock that the test turns.
    private final class Paper {
        var text = ""
        var time = 0.0

        func reporter(terminal: Bool, interval: Double = 10) -> ConsoleReporter {
            ConsoleReporter(
                isTerminal: terminal, interval: interval, now: { self.time },
                write: { self.text += $0 })
        }
    }

    private func progress(
        _ step: Int, left: Double = 130, learning: String = ""
    ) -> TrainingProgress {
        TrainingProgress(
            step: step, steps: 400, epoch: 3, loss: 0.31239, imagesPerSecond: 118.4,
            secondsLeft: left, learning: learning)
    }

    @Test func aPipeGetsALineNowAndThenAndOneAtTheEnd() {
        let paper = Paper()
        let reporter = paper.reporter(terminal: false)
        for step in [1, 2, 3] {
            paper.time += 4
            reporter.advance(progress(step))
        }
        paper.time += 4
        reporter.advance(progress(4))
        reporter.advance(progress(400, left: 0))
        reporter.end()
        #expect(
            paper.text == """
                step 1/400  epoch 3  loss 0.3124  118 images/s  2:10 left
                step 4/400  epoch 3  loss 0.3124  118 images/s  2:10 left
                step 400/400  epoch 3  loss 0.3124  118 images/s  0:00 left

                """)
    }

    @Test func aTerminalGetsABarThatMessagesDoNotDestroy() {
        let paper = Paper()
        let reporter = paper.reporter(terminal: true)
        reporter.advance(progress(200))
        paper.time += 0.01
        reporter.advance(progress(201))
        reporter.say("saved")
        reporter.end()
        let bar = "[========         ] step 200/400  epoch 3  loss 0.3124  118 images/s  2:10 left"
        #expect(paper.text == "\r\(bar)\u{1B}[K\r\u{1B}[Ksaved\n\(bar)\n")
        #expect(bar.count == 79)
    }

    @Test func theBarKeepsItsLengthWhenTheStepGetsAnotherDigit() {
        let lengths = [9, 10, 100].map { step in
            ConsoleReporter.bar(progress(step), width: 80).prefix { $0 != "]" }.count
        }
        #expect(Set(lengths).count == 1)
    }

    @Test func whatIsLearntComesBeforeTheBarAndGoesWhereThereIsNoRoom() {
        let progress = progress(200, learning: "k-NN 0.441 (untrained 0.312)")
        let plain = "step 200/400  epoch 3  loss 0.3124  118 images/s  2:10 left"
        #expect(
            ConsoleReporter.bar(progress, width: 100)
                == "[===    ] " + plain + "  k-NN 0.441 (untrained 0.312)")
        #expect(
            ConsoleReporter.bar(progress, width: 90) == plain + "  k-NN 0.441 (untrained 0.312)")
        #expect(ConsoleReporter.bar(progress, width: 80) == "[========         ] " + plain)
    }

    @Test func aNarrowTerminalHasNoBarAndNoLineBreak() {
        let line = ConsoleReporter.bar(progress(200), width: 40)
        #expect(line == "step 200/400  epoch 3  loss 0.3124  118")
    }

    @Test(arguments: [
        (0.0, "0:00"), (5.4, "0:05"), (65, "1:05"), (3599.6, "1:00:00"), (36_125, "10:02:05"),
        (.nan, "0:00"),
    ])
    func timesReadAsOnAClock(seconds: Double, text: String) {
        #expect(ConsoleReporter.clock(seconds) == text)
    }

    @Test func theBeginningSaysWhatIsGoingToHappen() throws {
        let settings = try TrainingSettings(
            ToyStages.graph(train: ["batch_size": 8, "steps": 15]),
            registry: ToyStages.registry())
        let plan = try TrainingPlan(settings, images: 48)
        let paper = Paper()
        let reporter = paper.reporter(terminal: false)
        reporter.begin(plan, from: 0, in: "runs/a")
        reporter.begin(plan, from: 7, in: "runs/a")
        #expect(
            paper.text == """
                training for 15 steps of 8 images (epochs of 48 images: 2.5) into runs/a
                going on after step 7 of 15 steps of 8 images in runs/a

                """)
    }
}
