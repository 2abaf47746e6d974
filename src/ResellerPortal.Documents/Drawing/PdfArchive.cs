using System.Globalization;
using System.Text;
using System.Xml.Linq;
using PdfSharp.Pdf;

namespace ResellerPortal.Documents.Drawing;

/// <summary>An alternative form of the document embedded in the PDF.</summary>
/// <param name="Profile">Factur-X conformance level: "EN 16931" or "XRECHNUNG".</param>
internal sealed record PdfAttachment(string FileName, byte[] Content, string Profile);

internal sealed record PdfArchiveOptions(DateTime CreatedAtUtc, string Language, PdfAttachment? Attachment);

/// <summary>
/// Makes a PDF archivable (PDF/A-3b, ISO 19005-3), says that it is accessible (PDF/UA-1, ISO 14289-1), and makes its embedded invoice
/// machine-readable (Factur-X 1.0).
/// </summary>
internal static class PdfArchive
{
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace Accessible = "http://www.aiim.org/pdfua/ns/id/";
    private static readonly XNamespace FacturX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#";

    private static readonly MetadataSchema AccessibleSchema = new(
        "PDF/UA Universal Accessibility Schema",
        Accessible,
        "pdfuaid",
        [new MetadataProperty("part", "Integer", "internal", "Indicates, which part of ISO 14289 standard is followed")]);

    private static readonly MetadataSchema FacturXSchema = new(
        "Factur-X PDFA Extension Schema",
        FacturX,
        "fx",
        [
            new MetadataProperty("DocumentFileName", "Text", "external", "name of the embedded XML invoice file"),
            new MetadataProperty("DocumentType", "Text", "external", "INVOICE"),
            new MetadataProperty("Version", "Text", "external", "The actual version of the Factur-X XML schema"),
            new MetadataProperty("ConformanceLevel", "Text", "external", "The conformance level of the embedded Factur-X data"),
        ]);

    /// <summary>Adds what PDF/A-3 requires before the document is saved.</summary>
    public static void Prepare(PdfDocument document, PdfArchiveOptions options)
    {
        var catalog = document.Internals.Catalog;
        catalog.Elements.SetString("/Lang", options.Language);
        catalog.Elements.SetObject("/OutputIntents", new PdfArray(document, OutputIntent(document).ReferenceNotNull));
        if (options.Attachment is not { } attachment)
        {
            return;
        }

        var file = CreateFileSpecification(document, attachment, options.CreatedAtUtc);
        catalog.Elements.SetObject("/AF", new PdfArray(document, file.ReferenceNotNull));
        var tree = new PdfDictionary(document);
        tree.Elements.SetObject("/Names", new PdfArray(document, new PdfString(attachment.FileName), file.ReferenceNotNull));
        var names = new PdfDictionary(document);
        names.Elements.SetObject("/EmbeddedFiles", tree);
        catalog.Elements.SetObject("/Names", names);
    }

    /// <summary>The colour space: sRGB, with the profile included in PDFsharp (International Color Consortium, sRGB2014).</summary>
    private static PdfDictionary OutputIntent(PdfDocument document)
    {
        const string name = "PdfSharp.Resources.sRGB2014.icc";
        using var resource = typeof(PdfDocument).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is missing from PDFsharp.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        var profile = new PdfDictionary(document);
        profile.CreateStream(bytes);
        profile.Elements.SetInteger("/N", 3);
        document.Internals.AddObject(profile);
        var intent = new PdfDictionary(document);
        intent.Elements.SetName("/Type", "/OutputIntent");
        intent.Elements.SetName("/S", "/GTS_PDFA1");
        intent.Elements.SetString("/OutputConditionIdentifier", "sRGB");
        intent.Elements.SetString("/Info", "sRGB2014");
        intent.Elements.SetReference("/DestOutputProfile", profile);
        document.Internals.AddObject(intent);
        return intent;
    }

    private static PdfDictionary CreateFileSpecification(PdfDocument document, PdfAttachment attachment, DateTime createdAtUtc)
    {
        var content = new PdfDictionary(document);
        content.CreateStream(attachment.Content);
        content.Elements.SetName("/Type", "/EmbeddedFile");
        content.Elements.SetName("/Subtype", "/text/xml");
        var parameters = new PdfDictionary(document);
        parameters.Elements.SetInteger("/Size", attachment.Content.Length);
        parameters.Elements.SetDateTime("/ModDate", createdAtUtc);
        content.Elements.SetObject("/Params", parameters);
        document.Internals.AddObject(content);
        var forms = new PdfDictionary(document);
        forms.Elements.SetReference("/F", content);
        forms.Elements.SetReference("/UF", content);
        var file = new PdfDictionary(document);
        file.Elements.SetName("/Type", "/Filespec");
        file.Elements.SetString("/F", attachment.FileName);
        file.Elements.SetString("/UF", attachment.FileName);
        file.Elements.SetString("/Desc", "The same invoice for machines (EN 16931)");
        file.Elements.SetName("/AFRelationship", "/Alternative");
        file.Elements.SetObject("/EF", forms);
        document.Internals.AddObject(file);
        return file;
    }

    /// <summary>The XMP metadata of the document (ISO 16684-1).</summary>
    public static byte[] Metadata(PdfDocumentInformation info, PdfArchiveOptions options)
    {
        XNamespace pdfa =
            "http://www.aiim.org/pdfa/ns/id/", dc =
                "http://purl.org/dc/elements/1.1/", xmp = "http://ns.adobe.com/xap/1.0/", pdf = "http://ns.adobe.com/pdf/1.3/";
        var created = options.CreatedAtUtc.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var root = new XElement(
            Rdf + "RDF",
            new XAttribute(XNamespace.Xmlns + "rdf", Rdf.NamespaceName),
            Description(pdfa, "pdfaid", new XElement(pdfa + "part", "3"), new XElement(pdfa + "conformance", "B")),
            Description(
                dc, "dc",
                new XElement(dc + "format", "application/pdf"),
                new XElement(
                    dc + "title",
                    new XElement(Rdf + "Alt", new XElement(Rdf + "li", new XAttribute(XNamespace.Xml + "lang", "x-default"), info.Title))),
                new XElement(dc + "creator", new XElement(Rdf + "Seq", new XElement(Rdf + "li", info.Author))),
                new XElement(dc + "language", new XElement(Rdf + "Bag", new XElement(Rdf + "li", options.Language)))),
            Description(
                xmp,
                "xmp",
                new XElement(xmp + "CreatorTool", info.Creator),
                new XElement(xmp + "CreateDate", created),
                new XElement(xmp + "ModifyDate", created)),
            Description(pdf, "pdf", new XElement(pdf + "Producer", info.Producer)),
            Description(Accessible, "pdfuaid", new XElement(Accessible + "part", "1")),
            CreateSchemas(options.Attachment is null ? [AccessibleSchema] : [AccessibleSchema, FacturXSchema]),
            options.Attachment is { } attachment ? CreateFacturX(attachment) : null);
        return Encoding.UTF8.GetBytes(
            "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta "
                + $"xmlns:x=\"adobe:ns:meta/\">\n{root}\n</x:xmpmeta>\n<?xpacket end=\"r\"?>");
    }

    private static XElement CreateFacturX(PdfAttachment attachment) => Description(
        FacturX,
        "fx",
        new XElement(FacturX + "DocumentFileName", attachment.FileName),
        new XElement(FacturX + "DocumentType", "INVOICE"),
        new XElement(FacturX + "Version", "1.0"),
        new XElement(FacturX + "ConformanceLevel", attachment.Profile));

    /// <summary>The schemas of properties that PDF/A does not know, as it requires.</summary>
    private static XElement CreateSchemas(IEnumerable<MetadataSchema> schemas)
    {
        XNamespace extension =
            "http://www.aiim.org/pdfa/ns/extension/", schema =
                "http://www.aiim.org/pdfa/ns/schema#", property = "http://www.aiim.org/pdfa/ns/property#";
        return new XElement(
            Rdf + "Description",
            new XAttribute(Rdf + "about", ""),
            new XAttribute(XNamespace.Xmlns + "pdfaExtension", extension.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "pdfaSchema", schema.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "pdfaProperty", property.NamespaceName),
            new XElement(extension + "schemas", new XElement(Rdf + "Bag", schemas.Select(described => Resource(
                new XElement(schema + "schema", described.Title),
                new XElement(schema + "namespaceURI", described.Namespace.NamespaceName),
                new XElement(schema + "prefix", described.Prefix),
                new XElement(schema + "property", new XElement(Rdf + "Seq", described.Properties.Select(p => Resource(
                    new XElement(property + "name", p.Name),
                    new XElement(property + "valueType", p.Type),
                    new XElement(property + "category", p.Category),
                    new XElement(property + "description", p.Meaning))))))))));

        static XElement Resource(params XElement[] content) =>
            new(Rdf + "li", new XAttribute(Rdf + "parseType", "Resource"), content);
    }

    private static XElement Description(XNamespace space, string prefix, params XElement[] content) =>
        new(
            Rdf + "Description",
            new XAttribute(Rdf + "about", ""),
            new XAttribute(XNamespace.Xmlns + prefix, space.NamespaceName),
            content);

    /// <summary>Properties of one namespace.</summary>
    private sealed record MetadataSchema(string Title, XNamespace Namespace, string Prefix, IReadOnlyList<MetadataProperty> Properties);

    private sealed record MetadataProperty(string Name, string Type, string Category, string Meaning);
}
