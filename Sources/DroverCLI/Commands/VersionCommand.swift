package import ArgumentParser
import DroverCore

package struct VersionCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the version of this program, and of droverd where one runs.")

  @Flag(help: "This program alone; asks no server.")
  var client = false

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    console.write("drover \(droverVersion)\n")
    // A server that was not named and does not run is no failure.
    guard !client, try connection.isExplicit || connection.address(in: console) != nil else { return 0 }
    do throws(CLIError) {
      console.write("droverd \(TerminalText.escaped(try connection.client(in: console).version()))\n")
    } catch {
      if connection.isExplicit { throw error }
      console.note("droverd: " + error.message)
    }
    return 0
  }
}
