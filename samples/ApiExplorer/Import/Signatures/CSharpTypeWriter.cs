using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Writes types as C# source does: keywords, <c>?</c>, tuples, arrays, pointers; names without their namespace.</summary>
internal sealed class CSharpTypeWriter(StringBuilder output, NullableFlags nullability, string?[]? tupleNames = null)
{
    private int _tuplePosition;

    /// <summary>The type's text where no nullability applies, as for a base type's display name.</summary>
    public static string Format(TypeNode type)
    {
        var output = new StringBuilder();
        new CSharpTypeWriter(output, new NullableFlags(null, 0)).Write(type);
        return output.ToString();
    }

    /// <summary>The type's own name: <c>String</c> where <see cref="Write"/> says <c>string</c>.</summary>
    public static string FormatName(TypeNode type)
    {
        var output = new StringBuilder();
        new CSharpTypeWriter(output, new NullableFlags(null, 0)).WriteSegments(type);
        return output.ToString();
    }

    public void Write(TypeNode type)
    {
        switch (type.Kind)
        {
            case TypeNodeKind.Named:
                WriteNamed(type);
                break;
            case TypeNodeKind.TypeParameter or TypeNodeKind.MethodTypeParameter:
                WriteWithMark(type.Name, nullability.NextIsAnnotated());
                break;
            case TypeNodeKind.Array:
                WriteArray(type);
                break;
            case TypeNodeKind.Pointer:
                _ = nullability.NextIsAnnotated();
                Write(type.Element);
                output.Append('*');
                break;
            case TypeNodeKind.FunctionPointer:
                WriteFunctionPointer(type);
                break;
            default:
                Write(type.Element);
                break;
        }
    }

    private static string? Keyword(TypeNode type) => type is { Namespace: "System", Segments.Length: 1 }
        ? type.Segments[0].Name switch
        {
            "Boolean" => "bool",
            "Byte" => "byte",
            "SByte" => "sbyte",
            "Char" => "char",
            "Int16" => "short",
            "UInt16" => "ushort",
            "Int32" => "int",
            "UInt32" => "uint",
            "Int64" => "long",
            "UInt64" => "ulong",
            "IntPtr" => "nint",
            "UIntPtr" => "nuint",
            "Single" => "float",
            "Double" => "double",
            "Decimal" => "decimal",
            "String" => "string",
            "Object" => "object",
            "Void" => "void",
            _ => null,
        }
        : null;

    private void WriteNamed(TypeNode type)
    {
        if (type.Is("System", "Nullable") && type.Arguments.Length == 1)
        {
            Write(type.Element);
            output.Append('?');
            return;
        }

        var consumesFlag = !type.IsValueType || type.Arguments.Length > 0;
        var annotated = consumesFlag && nullability.NextIsAnnotated() && !type.IsValueType;
        if (Keyword(type) is { } keyword)
            output.Append(keyword);
        else if (type.Is("System", "ValueTuple") && type.Arguments.Length is >= 2 and < 8)
            WriteTuple(type);
        else
            WriteSegments(type);
        WriteMark(annotated);
    }

    private void WriteSegments(TypeNode type)
    {
        var argument = 0;
        for (var i = 0; i < type.Segments.Length; i++)
        {
            var segment = type.Segments[i];
            output.Append(i == 0 ? "" : ".").Append(segment.Name);
            if (segment.Arity == 0)
                continue;

            output.Append('<');
            for (var k = 0; k < segment.Arity; k++)
            {
                output.Append(k == 0 ? "" : type.Arguments.IsEmpty ? "," : ", ");
                if (argument < type.Arguments.Length)
                    Write(type.Arguments[argument++]);
            }

            output.Append('>');
        }
    }

    private void WriteTuple(TypeNode type)
    {
        var first = _tuplePosition;
        _tuplePosition += type.Arguments.Length;
        output.Append('(');
        for (var i = 0; i < type.Arguments.Length; i++)
        {
            output.Append(i == 0 ? "" : ", ");
            Write(type.Arguments[i]);
            if (tupleNames is not null && first + i < tupleNames.Length && tupleNames[first + i] is { } name)
                output.Append(' ').Append(name);
        }

        output.Append(')');
    }

    private void WriteArray(TypeNode type)
    {
        // C# writes the ranks of an array of arrays from the outside in, after the innermost element.
        var annotated = nullability.NextIsAnnotated();
        var ranks = new List<(int Rank, bool Annotated)> { (type.Number, annotated) };
        var element = type.Element;
        while (element.Kind == TypeNodeKind.Array)
        {
            ranks.Add((element.Number, nullability.NextIsAnnotated()));
            element = element.Element;
        }

        Write(element);
        foreach (var (rank, mark) in ranks)
        {
            output.Append('[').Append(',', rank - 1).Append(']');
            WriteMark(mark);
        }
    }

    private void WriteFunctionPointer(TypeNode type)
    {
        _ = nullability.NextIsAnnotated();
        output.Append(type.Name).Append('<');
        for (var i = 0; i < type.Arguments.Length; i++)
        {
            output.Append(i == 0 ? "" : ", ");
            Write(type.Arguments[i]);
        }

        output.Append('>');
    }

    private void WriteWithMark(string name, bool annotated)
    {
        output.Append(name);
        WriteMark(annotated);
    }

    private void WriteMark(bool annotated)
    {
        if (annotated)
            output.Append('?');
    }
}
