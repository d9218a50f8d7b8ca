import ArgumentParser
import DroverCore
import Glibc

/// The program `drover`.
package enum DroverCLI {
  package static func main() async -> Never {
    exit(await run(Array(CommandLine.arguments.dropFirst()), in: .standard))
  }

  /// Runs one command line, and returns its exit status.
  package static func run(_ arguments: [String], in console: Console) async -> Int32 {
    if arguments.first == "help", let unknown = unknownCommand(in: Array(arguments.dropFirst())) {
      console.note("error: " + unknown)
      return 1
    }
    do {
      var command = try DroverCommand.parseAsRoot(arguments)
      if let command = command as? any FleetCommand { return try await command.run(in: console) }
      try command.run()
      return 0
    } catch let error as CLIError {
      console.note("error: " + error.message)
      return max(error.exitCode, failureStatus(of: arguments))
    } catch {
      return report(error, arguments, console)
    }
  }

  /// Help and completion scripts are results; everything else is a wrong command line, or a failure below.
  private static func report(_ error: any Error, _ arguments: [String], _ console: Console) -> Int32 {
    let text = DroverCommand.fullMessage(for: error)
    if DroverCommand.exitCode(for: error).isSuccess {
      if !text.isEmpty { console.write(text + "\n") }
      return 0
    }
    if let unknown = unknownCommand(in: arguments) {
      console.note("error: " + unknown)
      return 1
    }
    let prefix = "Error: "
    let body = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    console.note("error: " + (body.isEmpty ? String(describing: error) : lowercasingFirst(body)))
    return failureStatus(of: arguments)
  }

  /// `diff` and `validate` keep 1 for an answer, so what stops them from answering is 2.
  static func failureStatus(of arguments: [String]) -> Int32 {
    let command = arguments.first { !$0.hasPrefix("-") }
    return command == "diff" || command == "validate" ? 2 : 1
  }

  /// What to say of a first word that is no command.
  private static func unknownCommand(in arguments: [String]) -> String? {
    guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
    let groups = DroverCommand.configuration.groupedSubcommands.flatMap { $0.subcommands }
    let names = groups.compactMap { $0.configuration.commandName } + ["help"]
    guard !names.contains(word) else { return nil }
    return "no command is named '\(TerminalText.escaped(word))'\(Suggestion.phrase(for: word, among: names)); "
      + "'drover help' lists them"
  }

  private static func lowercasingFirst(_ text: String) -> String {
    guard let first = text.first, text.dropFirst().first?.isUppercase != true else { return text }
    return first.lowercased() + text.dropFirst()
  }
}
