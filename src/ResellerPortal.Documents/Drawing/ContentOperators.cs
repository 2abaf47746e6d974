using PdfSharp.Drawing;

namespace ResellerPortal.Documents.Drawing;

internal static class ContentOperators
{
    extension(XGraphics graphics)
    {
        /// <summary>
        /// Writes operators that PDFsharp has no method for. Its comments are open to all: a carriage return ends one (ISO 32000-1, 7.2.4).
        /// </summary>
        public void Write(string operators) => graphics.WriteComment($"\r{operators}");
    }
}
