/** The part of tfjs-node's protocol buffers that writes a SavedModel; the package has no types of its own for them. */
declare module '@tensorflow/tfjs-node-gpu/dist/proto/api_pb' {
  namespace messages {
    const DataType: Record<'DT_FLOAT' | 'DT_INT32' | 'DT_BOOL' | 'DT_BFLOAT16', number>;

    class TensorShape {
      addDim(dim: TensorShape.Dim): void;
    }
    namespace TensorShape {
      class Dim {
        setSize(size: number): void;
      }
    }
    class Tensor {
      setDtype(type: number): void;
      setTensorShape(shape: TensorShape): void;
      setTensorContent(bytes: Uint8Array): void;
    }
    class AttrValue {
      setS(bytes: Uint8Array): void;
      setI(value: number): void;
      setF(value: number): void;
      setB(value: boolean): void;
      setType(type: number): void;
      setShape(shape: TensorShape): void;
      setTensor(tensor: Tensor): void;
      setList(list: AttrValue.ListValue): void;
    }
    namespace AttrValue {
      class ListValue {
        setIList(values: number[]): void;
      }
    }
    class NodeDef {
      setName(name: string): void;
      setOp(op: string): void;
      setInputList(inputs: string[]): void;
      getAttrMap(): { set(name: string, value: AttrValue): void };
    }
    class VersionDef {
      setProducer(version: number): void;
    }
    class GraphDef {
      setVersions(versions: VersionDef): void;
      addNode(node: NodeDef): void;
    }
    class MetaGraphDef {
      setMetaInfoDef(info: MetaGraphDef.MetaInfoDef): void;
      setGraphDef(graph: GraphDef): void;
    }
    namespace MetaGraphDef {
      class MetaInfoDef {
        setTagsList(tags: string[]): void;
      }
    }
    class SavedModel {
      setSavedModelSchemaVersion(version: number): void;
      setMetaGraphsList(graphs: MetaGraphDef[]): void;
      serializeBinary(): Uint8Array;
    }
  }
  // biome-ignore lint/style/noDefaultExport: what the package has.
  export default messages;
}
