/// What to start, completely: nothing is inherited from droverd but what stands here.
package struct ChildLaunch: Hashable, Sendable {
  /// A path; PATH is not searched.
  package var executable: String
  /// Without the zeroth, which is the executable.
  package var arguments: [String]
  /// The whole environment, as `KEY=VALUE`.
  package var environment: [String]
  /// The file to which stdout and stderr are appended; created with mode 0600.
  package var logPath: String
  /// Where nil, that of droverd.
  package var workingDirectory: String?

  package init(
    executable: String, arguments: [String], environment: [String], logPath: String, workingDirectory: String? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.logPath = logPath
    self.workingDirectory = workingDirectory
  }
}
