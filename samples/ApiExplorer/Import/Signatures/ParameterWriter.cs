using System.Reflection;
using System.Reflection.Metadata;
using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Writes the parameters and the return type of one method.</summary>
internal sealed class ParameterWriter
{
    private readonly TypeScope _scope;
    private readonly MethodSignature<TypeNode> _signature;
    private readonly Parameter?[] _parameters;
    private readonly Parameter? _return;
    private readonly byte _nullableContext;
    private readonly bool _isExtension;

    public ParameterWriter(TypeScope scope, MethodDefinition method)
    {
        _scope = scope;
        var names = scope.Names with { OfMethod = GenericNames.Read(scope.Reader, method.GetGenericParameters()) };
        _signature = method.DecodeSignature(TypeNodeProvider.Instance, names);
        _parameters = new Parameter?[_signature.ParameterTypes.Length];
        foreach (var handle in method.GetParameters())
        {
            var parameter = scope.Reader.GetParameter(handle);
            if (parameter.SequenceNumber == 0)
                _return = parameter;
            else
                _parameters[parameter.SequenceNumber - 1] = parameter;
        }

        var attributes = method.GetCustomAttributes();
        _nullableContext = AttributeLookup.NullableContext(scope.Reader, attributes) ?? scope.NullableContext;
        _isExtension = scope.Has(attributes, "ExtensionAttribute");
    }

    public MethodSignature<TypeNode> Signature => _signature;

    public byte NullableContext => _nullableContext;

    public void WriteReturnType(StringBuilder output)
    {
        if (_signature.ReturnType.IsByReference)
            output.Append(IsReadOnlyReturn() ? "ref readonly " : "ref ");
        WriteType(output, _signature.ReturnType, _return);
    }

    /// <summary>Writes <c>int x, ref T y</c>; an indexer's setter leaves out its last parameter, the value.</summary>
    public void WriteParameters(StringBuilder output, int count)
    {
        for (var i = 0; i < count; i++)
        {
            output.Append(i == 0 ? _isExtension ? "this " : "" : ", ");
            WriteParameter(output, i);
        }
    }

    private void WriteParameter(StringBuilder output, int index)
    {
        var type = _signature.ParameterTypes[index];
        if (_parameters[index] is not { } parameter)
        {
            WriteType(output, type, null);
            return;
        }

        var attributes = parameter.GetCustomAttributes();
        if (_scope.Has(attributes, "ParamArrayAttribute") || _scope.Has(attributes, "ParamCollectionAttribute"))
            output.Append("params ");
        if (type.IsByReference)
            output.Append(ReferenceKeyword(parameter, attributes));
        WriteType(output, type, parameter);
        output.Append(' ').Append(_scope.Reader.GetString(parameter.Name));
        if (parameter.Attributes.HasFlag(ParameterAttributes.HasDefault) && !parameter.GetDefaultValue().IsNil)
            output.Append(" = ").Append(ConstantText.Read(_scope.Reader, parameter.GetDefaultValue(), type));
        else if (parameter.Attributes.HasFlag(ParameterAttributes.Optional))
            output.Append(" = default");
    }

    private string ReferenceKeyword(Parameter parameter, CustomAttributeHandleCollection attributes)
    {
        if (parameter.Attributes.HasFlag(ParameterAttributes.Out) && !parameter.Attributes.HasFlag(ParameterAttributes.In))
            return "out ";
        if (_scope.Has(attributes, "RequiresLocationAttribute"))
            return "ref readonly ";
        return _scope.Has(attributes, "IsReadOnlyAttribute") ? "in " : "ref ";
    }

    private bool IsReadOnlyReturn() =>
        _signature.ReturnType.HasModifier("InAttribute")
        || (_return is { } parameter && _scope.Has(parameter.GetCustomAttributes(), "IsReadOnlyAttribute"));

    private void WriteType(StringBuilder output, TypeNode type, Parameter? parameter)
    {
        if (parameter is not { } described)
        {
            new CSharpTypeWriter(output, new NullableFlags(null, _nullableContext)).Write(type);
            return;
        }

        var attributes = described.GetCustomAttributes();
        var tupleNames = AttributeLookup.TupleNames(_scope.Reader, attributes);
        new CSharpTypeWriter(output, _scope.Nullability(attributes, _nullableContext), tupleNames).Write(type);
    }
}
