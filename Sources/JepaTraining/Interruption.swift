import Dispatch
import Foundation
import Synchronization

/// Whether someone asked training to stop.
///
/// The first SIGINT, SIGTERM or SIGHUP asks: training finishes its step, saves and says how to go
/// on. The second ends the process at once, with the status 128 + signal that shells use.
public final class Interruption: Sendable {
    private let request = Mutex<Int32?>(nil)

    /// An interruption that only `ask` brings about.
    public init() {}

    /// The signal that asked, nil while nobody has.
    public var signal: Int32? { request.withLock { $0 } }

    /// Asks training to stop, as the signal would.
    ///
    /// - Returns: Whether this was the first time.
    @discardableResult
    public func ask(_ signal: Int32) -> Bool {
        request.withLock { request in
            defer { request = request ?? signal }
            return request == nil
        }
    }

    /// Listens to SIGINT, SIGTERM and, unless it is ignored as under `nohup`, SIGHUP, until the
    /// result is cancelled.
    ///
    /// So long, whoever reads what the program prints may go away: Ctrl-C ends the `tee` of
    /// `run … 2>&1 | tee log`, too, and saving must not end with it.
    ///
    /// - Parameter onFirst: Called on another thread when the first signal arrives.
    public func listen(onFirst: @escaping @Sendable (Int32) -> Void) -> Listening {
        let queue = DispatchQueue(label: "interruption")
        let registered = DispatchSemaphore(value: 0)
        let numbers = [SIGINT, SIGTERM] + (Self.ignoresHangUp ? [] : [SIGHUP])
        let sources = numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [self] in
                if ask(number) { onFirst(number) } else { _exit(128 + number) }
            }
            source.setRegistrationHandler { registered.signal() }
            source.resume()
            return source
        }
        // Until Dispatch has taken a signal over, it still ends the process.
        for _ in sources { registered.wait() }
        // Not ignored but handled, since programs that this one starts inherit only the former.
        let brokenPipe = Foundation.signal(SIGPIPE) { _ in }
        return Listening(numbers: numbers, sources: sources, brokenPipe: brokenPipe)
    }

    /// Whether the process is to outlive its terminal.
    private static var ignoresHangUp: Bool {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Signals that are being listened to.
    public struct Listening {
        fileprivate let numbers: [Int32]
        fileprivate let sources: [any DispatchSourceSignal]
        /// What SIGPIPE did before.
        fileprivate let brokenPipe: __sighandler_t?

        /// Leaves the signals to the system again.
        public func cancel() {
            for source in sources { source.cancel() }
            for number in numbers { Foundation.signal(number, SIG_DFL) }
            Foundation.signal(SIGPIPE, brokenPipe)
        }
    }
}
