using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Query.Internal;

namespace Larder.EntityFrameworkCore.Queries;

/// <summary>
/// Writes all that tells a query from others: its shape with each type and method as text, and the values of its constants and captured variables as parameters. The shape and not the SQL, because two
/// queries with the same SQL may make different things of their rows, and because a hit does not have to translate it.
/// </summary>
internal sealed class QueryText : ExpressionVisitor
{
    private readonly StringBuilder _text = new(512);
    private readonly List<object?> _values = [];
    private readonly Dictionary<ParameterExpression, int> _parameters = [];

    public static (string Text, object?[] Values) Of(Expression query)
    {
        var writer = new QueryText();
        writer.Visit(query);
        return (writer._text.ToString(), [.. writer._values]);
    }

    public override Expression? Visit(Expression? node)
    {
        if (node is null)
        {
            _text.Append('_');
            return null;
        }

        if (node is MemberExpression && CapturedValue.TryGet(node, out var value))
        {
            Value(value, node.Type);
            return node;
        }

        if (node is MethodCallExpression call && (call.Method.Name is "TagWith" or "TagWithCallSite") && call.Method.DeclaringType == typeof(EntityFrameworkQueryableExtensions))
        {
            // Comments make no other query.
            return Visit(call.Arguments[0]);
        }

        _text.Append('(').Append(node.NodeType).Append(' ').Append(Name(node.Type)).Append(' ');
        base.Visit(node);
        _text.Append(')');
        return node;
    }

    protected override Expression VisitConstant(ConstantExpression node)
    {
        Value(node.Value, node.Type);
        return node;
    }

    protected override Expression VisitParameter(ParameterExpression node)
    {
        // By number: the name makes no other query, and the same name may stand for several.
        _parameters.TryAdd(node, _parameters.Count);
        _text.Append('p').Append(_parameters[node]);
        return node;
    }

    protected override Expression VisitMember(MemberExpression node)
    {
        Member(node.Member);
        return base.VisitMember(node);
    }

    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (node.Object is ConstantExpression { Value: not null } owner && !IsPlain(owner.Value) && owner.Value is not IQueryable)
        {
            throw new InvalidOperationException($"The query calls {node.Method.DeclaringType?.Name}.{node.Method.Name} of an object that it has captured, and what that returns cannot be told from here. Put the result into a variable first.");
        }

        Member(node.Method);
        if (node.Method.IsGenericMethod)
        {
            foreach (var argument in node.Method.GetGenericArguments())
            {
                _text.Append('<').Append(Name(argument)).Append('>');
            }
        }

        return base.VisitMethodCall(node);
    }

    protected override Expression VisitBinary(BinaryExpression node)
    {
        if (node.Method is not null)
        {
            Member(node.Method);
        }

        return base.VisitBinary(node);
    }

    protected override Expression VisitUnary(UnaryExpression node)
    {
        if (node.Method is not null)
        {
            Member(node.Method);
        }

        return base.VisitUnary(node);
    }

    protected override Expression VisitNew(NewExpression node)
    {
        foreach (var member in node.Members ?? [])
        {
            Member(member);
        }

        return base.VisitNew(node);
    }

    protected override MemberBinding VisitMemberBinding(MemberBinding node)
    {
        _text.Append(node.BindingType);
        Member(node.Member);
        return base.VisitMemberBinding(node);
    }

    protected override Expression VisitTypeBinary(TypeBinaryExpression node)
    {
        _text.Append(Name(node.TypeOperand));
        return base.VisitTypeBinary(node);
    }

#pragma warning disable EF1001 // The text of a query by SQL is told nowhere else.
    protected override Expression VisitExtension(Expression node)
    {
        switch (node)
        {
            case FromSqlQueryRootExpression sql:
                _text.Append(sql.EntityType.Name);
                _values.Add(sql.Sql);
                Visit(sql.Argument);
                return node;
            case EntityQueryRootExpression root:
                _text.Append(root.GetType().Name).Append(root.EntityType.Name);
                return node;
            default:
                throw new InvalidOperationException($"The query holds a {node.GetType().Name}, of which it is not known what tells two of them apart.");
        }
    }
#pragma warning restore EF1001

    private void Value(object? value, Type type)
    {
        switch (value)
        {
            case IQueryable query and not EnumerableQuery:
                Visit(query.Expression);
                break;
            case DbContext:
                _text.Append("context");
                break;
            case Expression expression:
                Visit(expression);
                break;
            default:
                _text.Append('?').Append(Name(type));
                _values.Add(value);
                break;
        }
    }

    private void Member(MemberInfo member) => _text.Append(Name(member.DeclaringType!)).Append('.').Append(member is MethodInfo method ? method.ToString() : member.Name).Append(' ');

    /// <summary>Names a type and its assembly, without the version of the assembly.</summary>
    private static string Name(Type type) => type.IsGenericType || type.Namespace is null ? $"{type} {type.Assembly.GetName().Name}" : $"{type.FullName} {type.Assembly.GetName().Name}";

    private static bool IsPlain(object value) => value is string || value.GetType().IsPrimitive || value is decimal or DateTime or DateTimeOffset or DateOnly or TimeOnly or TimeSpan or Guid or Enum or System.Collections.IEnumerable;
}
