package import ArgumentParser
import DroverCore

package struct DescribeCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Show everything that is known of an object, with its events.")

  @Argument(
    help: ArgumentHelp("KIND/NAME…, or KIND NAME…", valueName: "object"), completion: ObjectCompletion.objects)
  var objects: [String] = []

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let selection = try ObjectSelection(objects)
    let client = try connection.client(in: console)
    let found = try ObjectQuery(selection: selection).fetch(from: client)
    if found.isEmpty { console.note("No resources found.") }
    var isFirst = true
    for object in found {
      let events = try object.identity.map { identity throws(CLIError) in
        try client.events(about: identity, limit: 20)
      }
      console.write((isFirst ? "" : "\n\n") + Description.render(object, events: events ?? [], now: console.now()))
      isFirst = false
    }
    return 0
  }
}
