import Synchronization

/// Wakes whoever folds, when something is written while it rests. Writers pay for one load where nobody does.
package final class WriteSignal: Sendable {
  private let isArmed = Atomic<Bool>(false)
  private let wake = Mutex<(@Sendable () -> Void)?>(nil)

  package init() {}

  /// From now on, the next write calls `wake`, once. What was written before the call is not told of: whoever arms looks
  /// for it afterwards.
  package func arm(_ wake: @escaping @Sendable () -> Void) {
    self.wake.withLock { $0 = wake }
    isArmed.store(true, ordering: .sequentiallyConsistent)
  }

  func raise() {
    guard isArmed.load(ordering: .sequentiallyConsistent),
      isArmed.exchange(false, ordering: .sequentiallyConsistent)
    else { return }
    let wake = wake.withLock { $0 }
    wake?()
  }
}
