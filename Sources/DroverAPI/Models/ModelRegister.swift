import DroverCore
import Synchronization

/// Makes the ``ModelDirectory`` of this moment, and keeps it for as long as nothing changes.
final class ModelRegister: Sendable {
  private struct Kept {
    var version: UInt64
    var discovered: [DiscoveredModel]
    var directory: ModelDirectory
  }

  private let control: any FleetControl
  private let discovery: (any ModelDiscovery)?
  private let kept = Mutex<Kept?>(nil)

  init(control: any FleetControl, discovery: (any ModelDiscovery)?) {
    self.control = control
    self.discovery = discovery
  }

  /// All models, declared and discovered.
  func directory() async -> ModelDirectory {
    // Read before the objects, so that what is kept is never older than its version.
    let version = await control.version
    let discovered = await discovery?.discoveredModels() ?? []
    if let known = kept.withLock({ $0 }), known.version == version, known.discovered == discovered {
      return known.directory
    }
    let prices = await discovery?.priceCatalogue() ?? .builtIn
    let now = await discovery?.time() ?? Timestamp(milliseconds: 0)
    var homes: [String: ModelHome] = [:]
    for object in await control.objects(of: .provider) {
      guard let name = object[path: ["metadata", "name"]]?.string else { continue }
      homes[name] = ModelHome(spec: object["spec"] ?? .emptyMap)
    }
    var entries = await control.objects(of: .model).filter { !$0.isRemoved }.compactMap {
      ModelEntry(object: $0, providers: homes)
    }
    entries += discovered.map { ModelEntry($0, home: homes[$0.provider], prices: prices, now: now) }
    let directory = ModelDirectory(entries: entries, providers: homes)
    kept.withLock { $0 = Kept(version: version, discovered: discovered, directory: directory) }
    return directory
  }
}
