package import ArgumentParser

package struct CompletionCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print a completion script for a shell.",
    discussion: "Example: drover completion bash > /etc/bash_completion.d/drover")

  @Argument(help: "bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"]))
  var shell: String

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    guard let shell = CompletionShell(rawValue: shell) else {
      throw CLIError("no completion for '\(shell)'; expected bash, zsh or fish")
    }
    console.write(DroverCommand.completionScript(for: shell) + "\n")
    return 0
  }
}
