import Foundation
import JepaCore
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Evaluations that are trained step by step, on plain colours, by command lines.
final class TrainedEvalTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }
    private let red = Colour(200, 40, 20)
    private let green = Colour(30, 190, 40)
    private let blue = Colour(20, 40, 200)

    init() throws {
        try write(9, blue, "train/blue")
        try write(3, red, "train/red")
        for (part, swapped) in [("test", false), ("swapped", true)] {
            try write(2, swapped ? red : blue, "\(part)/blue")
            try write(2, swapped ? blue : red, "\(part)/red")
        }
        try scratch.train()
    }

    /// Writes images of a colour, each with more green than the one before.
    private func write(_ count: Int, _ colour: Colour, _ place: String) throws {
        for number in 0..<count {
            let image = Image(
                width: 16, height: 16,
                colour: Colour(colour.red, colour.green + UInt8(18 * number), colour.blue))
            try scratch.write(image.pngData(), to: "\(place)/\(number).png")
        }
    }

    /// Evaluates with the options of a line.
    private func eval(
        _ line: String, weights: String = "run", train: String = "train", test: String = "test"
    ) throws -> EvaluationRecord {
        let words = "DIR/\(weights) --data DIR/\(train) --test DIR/\(test) \(line) --no-cache"
        return try scratch.evaluation("\(words) --train-batch 8")
    }

    // MARK: - Linear

    @Test(arguments: LinearHeads.Rule.allCases)
    func thePapersProtocolLearnsColours(rule: LinearHeads.Rule) throws {
        let record = try eval(
            "--task linear --protocol paper --optimizer \(rule.rawValue) --epochs 60 --layers 1,2")
        #expect(
            record.figures.map(\.name) == [
                "linear", "linear, last layer", "linear, last layer, batch norm",
                "linear, 2 layers", "linear, 2 layers, batch norm",
            ])
        let linear = try figure("linear", record)
        #expect(linear.value == 1)
        #expect(linear.untrained != nil && linear.pixels != nil)
        #expect(try figure("linear, 2 layers", record).pixels == nil)
        #expect(record.protocol["classifier"]?.contains(rule.rawValue) == true)
        for words in ["the network", "the untrained network", "the pixels"] {
            #expect(record.notes.count { $0.hasPrefix("Chosen for \(words): ") } == 1)
        }
        #expect(!record.notes.contains { $0.contains("next to nothing") })
    }

    @Test func ratesThatTrainNothingAreTold() throws {
        let record = try eval(
            "--task linear --protocol paper --epochs 2 --lr 0.000001")
        #expect(
            record.notes.contains {
                $0.hasPrefix("The loss of the classifier chosen for the network ended at 0.6")
            })
    }

    /// With their labels exchanged, test images would choose the rate that teaches nothing.
    @Test func testImagesDoNotChoose() throws {
        func chosen(_ test: String) throws -> (note: String?, value: Double) {
            let record = try eval(
                "--task linear --protocol paper --epochs 40 --layers 1 --lr 0.000001,3", test: test)
            let note = record.notes.first { $0.hasPrefix("Chosen") }
            return (note, try figure("linear", record).value)
        }
        let (plain, swapped) = (try chosen("test"), try chosen("swapped"))
        #expect(plain.note == swapped.note && plain.note?.contains("learning rate 3.0") == true)
        #expect(plain.value == 1 && swapped.value == 0)
    }

    /// Green is seen in the held-out image alone, so it is never learnt.
    @Test func heldOutImagesAreNotTrainedOn() throws {
        let held = try HeldOutTenth(of: 12).held
        try #require(held.count == 1)
        // Images are counted folder by folder.
        try write(held[0], red, "parted/a")
        try write(1, green, "parted/m")
        try write(11 - held[0], blue, "parted/z")
        try write(3, green, "green/m")
        let record = try eval(
            "--task linear --protocol paper --epochs 60 --lr 3", train: "parted", test: "green")
        #expect(try figure("linear", record).value == 0)
    }

    // MARK: - Fine-tuning

    @Test(arguments: ["1", "2"])
    func fineTuningLearnsColours(blocks: String) throws {
        let record = try eval(
            "--task finetune --blocks \(blocks) --epochs 30 --lr 0.3 --batch 3")
        #expect(record.figures.map(\.name) == ["finetune"])
        let figure = try figure("finetune", record)
        #expect(figure.value == 1 && figure.spread == nil)
        #expect(figure.untrained != nil && figure.pixels == nil)
    }

    /// The network before training is its own peer only if both get the same labels and draws.
    @Test func fineTuningGivesBothNetworksTheSameLabels() throws {
        let record = try eval(
            "--task finetune --shots 50%,2 --seeds 3 --epochs 4 --lr 0.1",
            weights: "run/checkpoints/step-000000.safetensors")
        #expect(record.figures.map(\.name) == ["finetune, 50 %", "finetune, 2 per class"])
        for figure in record.figures {
            #expect(figure.untrained == figure.value && figure.spread != nil)
            #expect(figure.standardError == shareError(figure.value, of: 4))
        }
        // Losses tell more than the accuracy on four images.
        let cautions = record.notes.filter { $0.contains("next to nothing") }
        try #require(cautions.count == 4)
        for place in [0, 2] {
            #expect(
                cautions[place].replacing("the network", with: "the untrained network")
                    == cautions[place + 1])
        }
        #expect(record.data.trainImages == 12 && record.data.testImages == 4)
        #expect(
            record.protocol["labels"]
                == "50 %, 2 per class, drawn class by class, at least one of each")
        #expect(record.protocol["repetitions"] == "3 trainings with the seeds 0, 1, 2")
        #expect(record.protocol["augmentation"]?.hasSuffix("drop path 0.0") == true)
    }

    /// One of each class are as many of each, though there are three times as many of one: half of
    /// them are named without looking.
    @Test func aPartOfTheLabelsIsDrawn() throws {
        func cautions(_ shots: String) throws -> [String] {
            try eval("--task finetune --epochs 1 --lr 0.000001 --shots \(shots)")
                .notes.filter { $0.contains("next to nothing") }
        }
        let (all, few) = (try cautions("100%"), try cautions("1"))
        #expect(all.count == 2 && all.allSatisfy { $0.contains("without image has 0.562") })
        #expect(few.count == 2 && few.allSatisfy { $0.contains("without image has 0.693") })
        #expect(few.first?.hasPrefix("The loss of the network on 1 per class ended at") == true)
    }

    // MARK: - What is shown

    @Test(.enabled(if: Program.isBuilt)) func theCommandIsKeptAsAShellReadsIt() throws {
        let table = (0..<9).map { "blue/\($0).png,\($0 % 3 == 0 ? "test" : "train"),\($0)\n" }
        try scratch.write("file,split,cells\n" + table.joined(), to: "two words.csv")
        let outcome = try Program.run(
            "jepa-pipe eval run --task count --data train --labels 'two words.csv' --column cells "
                + "--no-cache --out record.json", in: folder)
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        let last = try #require(lines.firstIndex { $0.hasPrefix("r2 ") })
        #expect(lines[last + 1] == "Lower is better: rmse, mae.")
        let command = try EvaluationRecord(file: folder + "/record.json").command
        #expect(command.contains("--labels 'two words.csv' --column cells"))
    }
}
