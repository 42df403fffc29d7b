using System.Reflection;
using System.Reflection.Metadata;
using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Describes fields, constants, enum values and events.</summary>
internal static class FieldMember
{
    public static ImportedMember Describe(TypeScope scope, FieldDefinition field)
    {
        var reader = scope.Reader;
        var name = reader.GetString(field.Name);
        var attributes = field.GetCustomAttributes();
        var type = field.DecodeSignature(TypeNodeProvider.Instance, scope.Names);
        var isEnumValue = scope.Kind == "enum";
        var output = new StringBuilder();
        if (!isEnumValue)
        {
            output.Append(MemberAccess.Keywords(field.Attributes)).Append(Modifiers(scope, field.Attributes, type, attributes));
            new CSharpTypeWriter(output, scope.Nullability(attributes), AttributeLookup.TupleNames(reader, attributes)).Write(type);
            output.Append(' ');
        }

        output.Append(name);
        if (!field.GetDefaultValue().IsNil)
            output.Append(" = ").Append(ConstantText.Read(reader, field.GetDefaultValue(), type));

        return new ImportedMember
        {
            Kind = isEnumValue ? "value" : "field",
            Name = name,
            Signature = output.ToString(),
            DocumentationId = DocumentationId.OfMember('F', scope.Node, name, 0, []),
            IsObsolete = scope.Has(attributes, "ObsoleteAttribute"),
        };
    }

    public static ImportedMember Describe(TypeScope scope, EventDefinition @event, MethodDefinition adder)
    {
        var name = scope.Reader.GetString(@event.Name);
        var attributes = @event.GetCustomAttributes();
        var output = new StringBuilder(MemberAccess.Keywords(adder.Attributes));
        output.Append(MemberAccess.Modifiers(adder.Attributes, scope.Kind == "interface")).Append("event ");
        var handler = TypeNodeProvider.Instance.Resolve(scope.Reader, @event.Type, scope.Names);
        new CSharpTypeWriter(output, scope.Nullability(attributes)).Write(handler);
        output.Append(' ').Append(name);

        return new ImportedMember
        {
            Kind = "event",
            Name = name,
            Signature = output.ToString(),
            DocumentationId = DocumentationId.OfMember('E', scope.Node, name, 0, []),
            IsObsolete = scope.Has(attributes, "ObsoleteAttribute"),
        };
    }

    private static string Modifiers(TypeScope scope, FieldAttributes flags, TypeNode type, CustomAttributeHandleCollection attributes)
    {
        if (flags.HasFlag(FieldAttributes.Literal))
            return "const ";

        var text = flags.HasFlag(FieldAttributes.Static) ? "static " : "";
        text += flags.HasFlag(FieldAttributes.InitOnly) ? "readonly " : "";
        text += type.HasModifier("IsVolatile") ? "volatile " : "";
        text += scope.Has(attributes, "RequiredMemberAttribute") ? "required " : "";
        return text + (type.IsByReference ? "ref " : "");
    }
}
