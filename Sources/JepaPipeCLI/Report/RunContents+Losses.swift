extension [RunContents] {
    /// A loss whose targets were looked at.
    typealias NamedLoss = (run: Int, index: Int, loss: String, label: String)

    /// The losses of all runs, with what columns and curves call them: of several runs by the run,
    /// and by the loss, too, where a run has more than one.
    var namedLosses: [NamedLoss] {
        let haveOne = allSatisfy { $0.losses.count < 2 }
        return enumerated().flatMap { position, run in
            run.losses.enumerated().map { index, loss in
                let label = count == 1 ? loss : haveOne ? run.name : "\(run.name): \(loss)"
                return (position, index, loss, label)
            }
        }
    }
}
