package import ArgumentParser
import Glibc

package struct RunCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Become droverd, with these arguments.",
    discussion:
      "The droverd beside this program is taken, else the first on the PATH. Example: drover run --manifests DIR")

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("Arguments of droverd.", valueName: "arguments"))
  var arguments: [String] = []

  package init() {}

  package func run(in console: Console) async throws -> Int32 {
    let candidates = RunCommand.candidates(console)
    guard let program = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw CLIError("no droverd found beside this program or on the PATH; build it with 'swift build -c release'")
    }
    var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    pointers.append(nil)
    execv(program, pointers)
    let cause = String(cString: strerror(errno)).lowercased()
    for pointer in pointers { free(pointer) }
    throw CLIError("cannot run \(program): \(cause)")
  }

  private static func candidates(_ console: Console) -> [String] {
    var folders: [String] = []
    if let path = realpath("/proc/self/exe", nil) {
      let text = String(cString: path)
      free(path)
      if let slash = text.lastIndex(of: "/") { folders.append(String(text[..<slash])) }
    }
    folders += (console.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return folders.map { $0 + "/droverd" }
  }
}
