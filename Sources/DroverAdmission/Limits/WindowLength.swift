/// The length of a rolling window and of the steps in which what it holds is kept.
package struct WindowLength: Sendable {
  /// Milliseconds.
  package var milliseconds: UInt32
  /// Requests less than this apart may share an entry: a 64th of the window, which is how much too long one of them may
  /// count.
  package var quantum: UInt32

  package init(milliseconds: UInt32) {
    self.milliseconds = milliseconds
    quantum = milliseconds / 64
  }

  package static let minute = WindowLength(milliseconds: 60_000)
  package static let day = WindowLength(milliseconds: 86_400_000)
}
