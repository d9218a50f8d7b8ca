package import ArgumentParser
import DroverCore

/// The root of the command line.
package struct DroverCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "drover", abstract: "GitOps for fleets of AI models: the command line beside droverd.",
    version: droverVersion,
    groupedSubcommands: [
      CommandGroup(
        name: "Manifests",
        subcommands: [
          ValidateCommand.self, DiffCommand.self, ExplainCommand.self, SchemaCommand.self, ImportCommand.self,
          KeygenCommand.self,
        ]),
      CommandGroup(
        name: "The fleet",
        subcommands: [
          GetCommand.self, DescribeCommand.self, EventsCommand.self, WaitCommand.self, StatusCommand.self,
          UsageCommand.self, DoctorCommand.self,
        ]),
      CommandGroup(
        name: "Acting",
        subcommands: [
          ReconcileCommand.self, SwitchCommand.self, RollbackCommand.self, OverrideCommand.self,
          ConfirmPruneCommand.self, RunCommand.self,
        ]),
      CommandGroup(
        name: "Models",
        subcommands: [
          ListCommand.self, DiscoverCommand.self, LoadCommand.self, UnloadCommand.self, ProfileCommand.self,
          ProbeCommand.self, AskCommand.self, LogsCommand.self, ExportCommand.self,
        ]),
      CommandGroup(name: "This program", subcommands: [VersionCommand.self, CompletionCommand.self]),
    ])

  package init() {}
}
