using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Larder.Guides;

/// <summary>Finds the attributes in the metadata of an assembly, which need not be loaded for that.</summary>
internal static class TestAssembly
{
    /// <summary>Lists the tests of an assembly that carry an attribute, in the order of their names.</summary>
    public static IReadOnlyList<LedgerTest> Read(string project, string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var tests = new List<LedgerTest>();
        foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
        {
            var name = FullName(metadata, type);
            Add(name, null, type.GetCustomAttributes());
            foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition))
            {
                Add(name, metadata.GetString(method.Name), method.GetCustomAttributes());
            }
        }

        return [.. tests.OrderBy(test => test.Name, StringComparer.Ordinal)];

        void Add(string type, string? method, CustomAttributeHandleCollection attributes)
        {
            var (rows, faults) = (Numbers(metadata, attributes, "LedgerAttribute"), Numbers(metadata, attributes, "LedgerFaultAttribute"));
            if (rows.Count + faults.Count > 0)
            {
                tests.Add(new LedgerTest(project, type, method, rows, faults));
            }
        }
    }

    private static IReadOnlyList<int> Numbers(MetadataReader metadata, CustomAttributeHandleCollection attributes, string name)
    {
        var numbers = new List<int>();
        foreach (var attribute in attributes.Select(metadata.GetCustomAttribute).Where(attribute => NameOf(metadata, attribute) == name))
        {
            // ECMA-335, II.23.3: a prolog, then the only argument of the constructor, an array: its length and its elements.
            var blob = metadata.GetBlobReader(attribute.Value);
            blob.ReadUInt16();
            for (var left = blob.ReadInt32(); left > 0; left--)
            {
                numbers.Add(blob.ReadInt32());
            }
        }

        return numbers;
    }

    /// <summary>Gets the name of an attribute that the assembly itself declares; those of others are none of ours.</summary>
    private static string? NameOf(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MethodDefinition)
        {
            return null;
        }

        var constructor = metadata.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor);
        return metadata.GetString(metadata.GetTypeDefinition(constructor.GetDeclaringType()).Name);
    }

    private static string FullName(MetadataReader metadata, TypeDefinition type)
    {
        var name = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? $"{FullName(metadata, metadata.GetTypeDefinition(outer))}+{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
