/// Tells which entries other than manifests matter: links and folders, through which manifests may be reached. Asks
/// the file system once for each name of a batch.
struct Passages {
  private var links: [String: Bool] = [:]

  /// Whether the entry of an event is, or was, a link or a folder.
  mutating func contains(_ event: InotifyEvent, in root: RootWatch, folder: String, name: String) -> Bool {
    guard !TreeScanner.isManifest(name), !event.isDirectory else { return false }
    if name.hasPrefix("..") { return true }
    let path = folder.isEmpty ? name : folder + "/" + name
    if root.isFolder(path) { return true }
    guard !event.flags.isDisjoint(with: [.created, .movedTo]), let real = root.scan.root else { return false }
    let place = real + "/" + path
    if let known = links[place] { return known }
    let isLink = (try? FileStat(place, followSymlinks: false))?.kind == .symlink
    links[place] = isLink
    return isLink
  }
}
