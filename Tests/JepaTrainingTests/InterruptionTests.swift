import Foundation
import JepaTraining
import Testing

@Suite struct InterruptionTests {
    @Test func onlyTheFirstRequestCounts() {
        let interruption = Interruption()
        #expect(interruption.signal == nil)
        #expect(interruption.ask(SIGTERM))
        #expect(!interruption.ask(SIGINT))
        #expect(interruption.signal == SIGTERM)
    }

    @Test func theFirstSignalAsksAndTheSecondEndsTheProcess() async {
        await #expect(processExitsWith: .exitCode(128 + SIGINT)) {
            let interruption = Interruption()
            let arrived = DispatchSemaphore(value: 0)
            let listening = interruption.listen { _ in arrived.signal() }
            kill(getpid(), SIGINT)
            arrived.wait()
            guard interruption.signal == SIGINT else { exit(1) }
            kill(getpid(), SIGINT)
            try? await Task.sleep(for: .seconds(10))
            listening.cancel()
            exit(2)
        }
    }

    @Test func terminationIsARequestToo() async {
        await #expect(processExitsWith: .exitCode(0)) { Self.exitIfAsked(by: SIGTERM) }
    }

    @Test func theEndOfTheTerminalIsARequestToo() async {
        await #expect(processExitsWith: .exitCode(0)) { Self.exitIfAsked(by: SIGHUP) }
    }

    /// Ends the process with 0 if a signal arrives as a request.
    private static func exitIfAsked(by signal: Int32) -> Never {
        let interruption = Interruption()
        let arrived = DispatchSemaphore(value: 0)
        let listening = interruption.listen { _ in arrived.signal() }
        kill(getpid(), signal)
        arrived.wait()
        listening.cancel()
        exit(interruption.signal == signal ? 0 : 1)
    }

    /// `run … 2>&1 | tee log`: Ctrl-C ends both, and what follows is told to nobody.
    @Test func aReaderThatHasGoneDoesNotEndTheProcess() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let interruption = Interruption()
            let listening = interruption.listen { _ in }
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            let told: Void? = try? pipe.fileHandleForWriting.write(contentsOf: Data("saving".utf8))
            listening.cancel()
            exit(told == nil ? 0 : 1)
        }
    }

    @Test func afterwardsItDoesAgain() async {
        await #expect(processExitsWith: .signal(SIGPIPE)) {
            signal(SIGPIPE, SIG_DFL)
            Interruption().listen { _ in }.cancel()
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            try? pipe.fileHandleForWriting.write(contentsOf: Data("saving".utf8))
            exit(1)
        }
    }

    @Test func whatIsToOutliveItsTerminalDoes() async {
        await #expect(processExitsWith: .exitCode(0)) {
            // As 'nohup' starts it.
            signal(SIGHUP, SIG_IGN)
            let interruption = Interruption()
            let listening = interruption.listen { _ in exit(1) }
            kill(getpid(), SIGHUP)
            try? await Task.sleep(for: .milliseconds(200))
            listening.cancel()
            exit(interruption.signal == nil ? 0 : 2)
        }
    }
}
