using Larder.Guides;

// Checks docs/reference/guides.md against the tests that were run last, or writes the tests into it:
//
//   dotnet run -c Release --project eng/Ledger              needs the assemblies and the results of a full run of eng/test
//   dotnet run -c Release --project eng/Ledger -- --write   needs the assemblies
//
// Exits with 1 and a list if a row or a fault has no test that ran and passed and no page that is checked, or if page and tests differ.
var root = Root();
var path = Path.Combine(root, GuidesPage.Path);
var page = GuidesPage.Parse(File.ReadAllText(path));
var assemblies = LedgerTests.Assemblies(root);
if (assemblies.Where(assembly => !File.Exists(assembly.Path)).Select(assembly => assembly.Project).ToArray() is { Length: > 0 } missing)
{
    Console.WriteLine($"Not built in Release: {string.Join(", ", missing)}. Run: dotnet build Larder.slnx -c Release");
    return 1;
}

IReadOnlyList<LedgerTest> tests = [.. assemblies.SelectMany(assembly => TestAssembly.Read(assembly.Project, assembly.Path))];
if (args is ["--write"])
{
    File.WriteAllText(path, page.With(tests));
    return 0;
}

var problems = LedgerCheck.Run(
    page,
    tests,
    TestResults.Read(Path.Combine(root, "artifacts", "test-results")),
    target => File.Exists(Path.Combine(root, Path.GetDirectoryName(GuidesPage.Path)!, target)));
foreach (var problem in problems)
{
    Console.WriteLine($"  {problem}");
}

var proved = page.Rows.ToLookup(row => (row.IsFault, ByTests: row.Tests.Count > 0));
Console.WriteLine(
    $"{GuidesPage.Path}: {proved[(false, true)].Count()} rows by tests, {proved[(false, false)].Count()} by pages; " +
    $"{proved[(true, true)].Count()} faults by tests, {proved[(true, false)].Count()} by pages; {problems.Count} problems");
return problems.Count == 0 ? 0 : 1;

static string Root()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "Larder.slnx")))
        {
            return folder.FullName;
        }
    }

    throw new InvalidOperationException($"No Larder.slnx in any folder above {AppContext.BaseDirectory}.");
}
