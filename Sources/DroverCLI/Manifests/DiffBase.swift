import DroverCore
import DroverManifests
import DroverPlanning
import DroverSystem

/// What a tree of manifests is compared with when no server plans it.
struct DiffBase {
  var world: World
  var title: String
  /// Root of the base's manifests, so that the same file in both trees is the same file.
  var root: String?
  /// The files of the base, decoded, where it is a tree.
  var scan: ManifestScan?
  /// Worth saying on standard error.
  var notes: [String] = []

  /// An empty fleet: everything is new.
  static func nothing(now: Timestamp) -> DiffBase {
    DiffBase(world: World(desired: DesiredFleet(), now: now), title: "nothing")
  }

  /// A folder of status files.
  static func status(folder: String, now: Timestamp) throws(CLIError) -> DiffBase {
    let scan = TreeScanner(root: folder).scan()
    if let error = scan.rootError {
      throw CLIError("\(error); name a folder of status files with --status", exitCode: 2)
    }
    var objects: [FieldValue] = []
    for file in scan.files { objects += try parse(folder + "/" + file.relativePath) }
    return DiffBase(StatusDocument.snapshot(of: objects, now: now), title: "status \(folder)", now: now)
  }

  /// A file of objects, as `drover get all -o yaml` writes it.
  static func snapshot(file: String, now: Timestamp) throws(CLIError) -> DiffBase {
    let objects = try parse(file).flatMap { value -> [FieldValue] in
      value["kind"]?.string == "List" ? (value["items"]?.list ?? []).map(\.value) : [value]
    }
    return DiffBase(StatusDocument.snapshot(of: objects, now: now), title: "snapshot \(file)", now: now)
  }

  /// Another tree of manifests, taken as converged: what it wants loaded is loaded.
  static func tree(_ tree: ManifestTree, title: String, now: Timestamp) -> DiffBase {
    let objects = tree.fleet.objects
    let registrations = objects.indices.compactMap { index in
      objects[index].resource.map {
        Registration(generation: objects[index].generation, firstSeen: now, resource: $0)
      }
    }
    let world = World(
      desired: tree.fleet, registered: registrations, observed: ConvergedFleet.observed(tree.fleet, now: now), now: now)
    var base = DiffBase(world: world, title: title, root: tree.fleet.roots.first?.path)
    base.scan = tree.scan
    base.notes = tree.diagnostics.filter { $0.severity == .error }.map { error in
      "warning: the base leaves out what is broken in it: " + TerminalText.escaped(error.description)
    }
    return base
  }

  private init(world: World, title: String, root: String? = nil) {
    self.world = world
    self.title = title
    self.root = root
  }

  private init(_ snapshot: StatusDocument.Snapshot, title: String, now: Timestamp) {
    world = World(
      desired: snapshot.desired, registered: snapshot.registrations, observed: snapshot.observed,
      attempts: snapshot.attempts, node: snapshot.node ?? "local", now: now, measurements: snapshot.measurements,
      overrides: snapshot.overrides)
    self.title = title + (snapshot.revision.map { " at \($0)" } ?? "")
    root = snapshot.desired.roots.first?.path ?? snapshot.registrations.first?.source.root
  }

  private static func parse(_ path: String) throws(CLIError) -> [FieldValue] {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileReader.read(path, maxBytes: 256 << 20)
    } catch {
      throw CLIError(error.description, exitCode: 2)
    }
    do throws(StatusDocument.Failure) {
      return try StatusDocument.parse(bytes, file: path)
    } catch {
      throw CLIError(error.description, exitCode: 2)
    }
  }
}
