import ArgumentParser

extension DaemonCommand {
  /// Runs the command line of this process, and returns its exit status: 0, or 1 with a sentence on standard error.
  package static func launch() async -> Int32 {
    do {
      try await parse(nil).run()
      return 0
    } catch {
      let text = fullMessage(for: error)
      guard !exitCode(for: error).isSuccess else {
        if !text.isEmpty { StandardOutput.write(text + "\n") }
        return 0
      }
      // What failed while running has said so itself.
      guard !text.isEmpty else { return 1 }
      let prefix = "Error: "
      let body = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
      StandardError.write("error: \(body.prefix(1).lowercased() + body.dropFirst())\n")
      return 1
    }
  }
}
