/// A failure that a person is told of: printed as `error: …`, and the exit status that goes with it.
package struct CLIError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One lower-case sentence with the next step. Further lines are printed below it, as they are.
  package var message: String
  package var exitCode: Int32
  /// Whether no answer came, which another attempt may mend.
  package var isUnreachable: Bool

  package init(_ message: String, exitCode: Int32 = 1, isUnreachable: Bool = false) {
    self.message = message
    self.exitCode = exitCode
    self.isUnreachable = isUnreachable
  }

  package var description: String { message }
}
