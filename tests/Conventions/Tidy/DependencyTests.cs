using System.Xml.Linq;

namespace Larder.Conventions.Tidy;

/// <summary>What the packages need.</summary>
public sealed class DependencyTests
{
    [Fact]
    [Ledger(34)]
    public void The_cache_itself_needs_the_framework_and_contracts_of_it_alone()
    {
        var findings = new Findings("Larder refers to the framework, and to packages that hold contracts of Microsoft.Extensions and no server's client.");
        foreach (var name in LarderAssemblies.Load("Larder").GetReferencedAssemblies().Select(reference => reference.Name!))
        {
            var isContract = name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) &&
                (name.EndsWith(".Abstractions", StringComparison.Ordinal) || name is "Microsoft.Extensions.Options" or "Microsoft.Extensions.Primitives");
            if (!isContract && !IsOfFramework(name))
            {
                findings.Add(name);
            }
        }

        foreach (var reference in XDocument.Parse(Repository.Read("src/Larder/Larder.csproj")).Descendants("ProjectReference"))
        {
            findings.Add(reference.ToString());
        }

        findings.AssertNone();
    }

    /// <summary>Tells whether an assembly lies in the folder of the runtime, or comes with it to be.</summary>
    private static bool IsOfFramework(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll")) || name == "System.Threading.RateLimiting";
}
