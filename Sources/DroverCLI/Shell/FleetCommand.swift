package import ArgumentParser

/// A command of `drover`. It does everything through the console, and returns its exit status.
package protocol FleetCommand: ParsableCommand {
  func run(in console: Console) async throws -> Int32
}
