using System.Globalization;
using System.Reflection.Metadata;
using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Writes the constant of a field or a parameter's default value as a C# literal.</summary>
internal static class ConstantText
{
    private const int MaximumTextLength = 64;

    public static string Read(MetadataReader reader, ConstantHandle handle, TypeNode type)
    {
        var constant = reader.GetConstant(handle);
        return reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode) switch
        {
            null => type.Unwrapped.IsValueType && !type.Unwrapped.Is("System", "Nullable") ? "default" : "null",
            bool value => value ? "true" : "false",
            string text => Quote(text, '"'),
            char character => Quote(character.ToString(), '\''),
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var other => other.ToString() ?? "",
        };
    }

    private static string Quote(string text, char quote)
    {
        var output = new StringBuilder().Append(quote);
        foreach (var character in text.Length > MaximumTextLength ? text[..MaximumTextLength] + "…" : text)
        {
            if (character == quote || character == '\\')
                output.Append('\\').Append(character);
            else if (char.IsControl(character) || char.IsSurrogate(character))
                output.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                output.Append(character);
        }

        return output.Append(quote).ToString();
    }
}
