using System.Globalization;

namespace Larder.Conventions.Api;

/// <summary>Writes constants as C# does, the same in every culture.</summary>
internal static class Literals
{
    public static string Write(object? value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null)
        {
            return type.IsValueType ? "default" : "null";
        }

        if (type.IsEnum)
        {
            var names = Enum.ToObject(type, value).ToString()!;
            return char.IsAsciiLetter(names[0])
                ? string.Join(" | ", names.Split(", ").Select(name => $"{type.Name}.{name}"))
                : $"({type.Name}){names}";
        }

        return value switch
        {
            string text => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"",
            char c => $"'{c}'",
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
    }
}
