using System.Reflection;

namespace Larder.Conventions.Api;

/// <summary>
/// The compiler's nullability marks of one signature element, read in the order in which it writes them: one byte for each type in it
/// that is a reference type, a type parameter or a generic value type, outermost first.
/// </summary>
internal sealed class Nullability
{
    private const string Attribute = "System.Runtime.CompilerServices.NullableAttribute";
    private const string ContextAttribute = "System.Runtime.CompilerServices.NullableContextAttribute";
    private const byte Annotated = 2;

    private readonly byte[] _marks;
    private int _next;

    private Nullability(byte[] marks) => _marks = marks;

    public static Nullability None { get; } = new([]);

    /// <summary>Reads the marks of a parameter, field, property, event or type parameter declared by <paramref name="owner"/>.</summary>
    public static Nullability Of(IEnumerable<CustomAttributeData> attributes, MemberInfo? owner)
    {
        var own = Find(attributes, Attribute);
        return new Nullability(own ?? [Context(owner)]);
    }

    public bool NextIsAnnotated()
    {
        var mark = _marks.Length switch
        {
            0 => (byte)0,
            1 => _marks[0],
            _ => _next < _marks.Length ? _marks[_next] : (byte)0,
        };
        _next++;
        return mark == Annotated;
    }

    /// <summary>The single mark: 0 for oblivious, 1 for not null, 2 for nullable.</summary>
    public byte First => _marks.Length > 0 ? _marks[0] : (byte)0;

    private static byte Context(MemberInfo? member)
    {
        for (; member is not null; member = member.DeclaringType)
        {
            if (Find(member.CustomAttributes, ContextAttribute) is [var mark, ..])
            {
                return mark;
            }
        }

        return 0;
    }

    private static byte[]? Find(IEnumerable<CustomAttributeData> attributes, string name)
    {
        var attribute = attributes.FirstOrDefault(data => data.AttributeType.FullName == name);
        return attribute?.ConstructorArguments[0].Value switch
        {
            byte mark => [mark],
            IReadOnlyCollection<CustomAttributeTypedArgument> marks => marks.Select(mark => (byte)mark.Value!).ToArray(),
            _ => null,
        };
    }
}
