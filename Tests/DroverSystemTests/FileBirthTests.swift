import DroverSystem
import Testing

@Suite struct FileBirthTests {
  @Test func `a file stays as old as it is when it is written`() throws {
    let folder = try TemporaryDirectory()
    let first = try folder.write("first")
    let born = FileBirth.of(first)
    // The clock of the file system ticks coarsely.
    repeat {
      try? Directory.removeFile(folder("second"))
      try folder.write("second")
    } while FileBirth.of(folder("second")) == born
    try folder.write("first", "more")
    #expect(FileBirth.of(first) == born)
    #expect(FileBirth.of(folder("second")) > born)
    #expect(FileBirth.of(folder("none")) == 0)
  }
}
