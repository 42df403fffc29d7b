using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace Larder.EntityFrameworkCore.Queries;

/// <summary>Gets the values of captured variables, and of fields and properties of what is captured.</summary>
internal static class CapturedValue
{
    /// <summary>Gets the value of a chain of members that begins with a constant or a static member.</summary>
    /// <returns>Whether it is such a chain; one of the framework's own static members is not, for these may be another each time.</returns>
    public static bool TryGet(Expression? node, out object? value)
    {
        value = null;
        switch (node)
        {
            case ConstantExpression constant:
                value = constant.Value;
                return true;
            case MemberExpression { Expression: null, Member: var member } when member.DeclaringType?.Namespace?.StartsWith("System", StringComparison.Ordinal) != true:
                value = Get(member, null);
                return true;
            case MemberExpression { Expression: { } inner, Member: var member } when TryGet(inner, out var owner) && owner is not null:
                value = Get(member, owner);
                return true;
            default:
                return false;
        }
    }

    [SuppressMessage("Design", "MA0012", Justification = "Members of expressions are fields or properties.")]
    private static object? Get(MemberInfo member, object? owner) => member switch
    {
        FieldInfo field => field.GetValue(owner),
        PropertyInfo property => property.GetValue(owner),
        _ => throw new NotSupportedException($"{member} is neither a field nor a property."),
    };
}
