using System.Reflection;
using System.Xml.Linq;

namespace Larder.Conventions.Api;

/// <summary>Whoever hovers over a public member reads what it does.</summary>
public class DocumentedMembersTests
{
    public static TheoryData<string> Assemblies => LarderAssemblies.Names;

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_public_type_and_member_is_documented(string name)
    {
        var assembly = LarderAssemblies.Load(name);
        var documented = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, HasText);
        var findings = new Findings($"Each public type and member of {name} has a summary that is not empty, or an inheritdoc.");

        foreach (var type in LarderAssemblies.VisibleTypes(assembly))
        {
            Check(DocumentationId.Of(type));
            foreach (var member in LarderAssemblies.VisibleMembers(type).Where(WantsText))
            {
                Check(DocumentationId.Of(member));
            }
        }

        findings.AssertNone();

        void Check(string id)
        {
            if (!documented.GetValueOrDefault(id))
            {
                findings.Add(id);
            }
        }
    }

    private static bool HasText(XElement member) =>
        member.Element("inheritdoc") is not null ||
        member.Element("summary") is { } summary && (summary.HasElements || !string.IsNullOrWhiteSpace(summary.Value));

    /// <summary>An override has the text of its base; constructors without parameters and of records come from the compiler.</summary>
    private static bool WantsText(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => constructor.GetParameters().Length > 0 && !IsPrimary(constructor),
        MethodInfo method => method.GetBaseDefinition().DeclaringType == method.DeclaringType,
        PropertyInfo property => property.GetMethod is not { } get || get.GetBaseDefinition().DeclaringType == get.DeclaringType,
        _ => true,
    };

    private static bool IsPrimary(ConstructorInfo constructor) =>
        constructor.DeclaringType!.GetMethod("Deconstruct")?.GetParameters().Length == constructor.GetParameters().Length;
}
