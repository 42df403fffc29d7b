namespace Larder.Conventions.Docs;

/// <summary>docs/reference/errors.md names every exception type that the library has.</summary>
public class ErrorsPageTests
{
    public static TheoryData<string> Assemblies => LarderAssemblies.Names;

    [Theory]
    [Ledger(167)]
    [MemberData(nameof(Assemblies))]
    public void Every_exception_type_stands_on_the_page(string name)
    {
        var page = Repository.Read("docs/reference/errors.md");
        var findings = new Findings($"docs/reference/errors.md says of every exception of {name} when it is thrown.");
        foreach (var type in LarderAssemblies.VisibleTypes(LarderAssemblies.Load(name)).Where(type => type.IsSubclassOf(typeof(Exception))))
        {
            if (!page.Contains($"`{type.Name}`", StringComparison.Ordinal))
            {
                findings.Add(type.Name);
            }
        }

        findings.AssertNone();
    }
}
