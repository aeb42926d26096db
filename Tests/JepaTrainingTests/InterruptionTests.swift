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
        await #expect(processExitsWith: .exitCode(0)) {
            let interruption = Interruption()
            let arrived = DispatchSemaphore(value: 0)
            let listening = interruption.listen { _ in arrived.signal() }
            kill(getpid(), SIGTERM)
            arrived.wait()
            listening.cancel()
            exit(interruption.signal == SIGTERM ? 0 : 1)
        }
    }
}
