import ArgumentParser

/// Which manifests a command reads.
package struct ManifestOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("filename")],
    help: ArgumentHelp(
      "A folder, a file, or - for standard input; several are one set. Default: ./manifests.", valueName: "path"),
    completion: .file())
  var files: [String] = []

  package init() {}

  /// The one folder that is meant, for comparing it with another state of itself.
  func singleFolder() throws(CLIError) -> String {
    let folder = files.first ?? "manifests"
    guard files.count <= 1, folder != "-", ManifestInput.isFolder(folder) else {
      throw CLIError("--base compares one folder of manifests; name it with -f", exitCode: 2)
    }
    return folder
  }
}
